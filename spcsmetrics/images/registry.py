"""What a registry says of an image.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
"""

import requests

from spcsmetrics.core.errors import UserError

_KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
_SECONDS = 30


def fetch_digest(host: str, repository: str, tag: str) -> str:
    """Ask a registry, by its host with the port, for the digest of a tag. Raises UserError where it has none."""
    headers = {"Accept": ", ".join(_KINDS)}
    if host in _DOCKER_HUB:
        host = "registry-1.docker.io"
        headers["Authorization"] = f"Bearer {_docker_hub_token(repository)}"
    scheme = "http" if host.partition(":")[0] in ("localhost", "127.0.0.1") else "https"
    url = f"{scheme}://{host}/v2/{repository}/manifests/{tag}"
    try:
        answer = requests.head(url, headers=headers, timeout=_SECONDS)
    except requests.RequestException as error:
        raise UserError(f"the registry {host} does not answer: {' '.join(str(error).split())[:200]}") from None
    if not answer.ok:
        raise UserError(f"the registry {host} has no {repository}:{tag} (HTTP {answer.status_code})")
    return str(answer.headers.get("Docker-Content-Digest", "none"))


def _docker_hub_token(repository: str) -> str:
    """Return what lets anybody read a public repository of Docker Hub."""
    scope = {"service": "registry.docker.io", "scope": f"repository:{repository}:pull"}
    answer = requests.get("https://auth.docker.io/token", params=scope, timeout=_SECONDS)
    return str(answer.json()["token"])
