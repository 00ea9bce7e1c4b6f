"""A repository in a registry, over HTTP with the logins of docker login: what a tag holds, and moving tags.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md and
https://distribution.github.io/distribution/spec/auth/token/
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from spcsmetrics.core.errors import UserError

if TYPE_CHECKING:
    from requests import Response

# To connect, and between two bytes.
_SECONDS = (10, 60)
_INDEX = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFEST = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_HUB = "registry-1.docker.io"
_CERTIFICATES = Path("/etc/docker/certs.d")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a tag holds: an index of platforms or one image, as the registry sent it."""

    digest: str
    kind: str
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """Return what it says."""
        return dict(json.loads(self.body))


class Repository:
    """An image's repository, by its name as Docker writes it, without a tag."""

    def __init__(self, name: str) -> None:
        import requests  # noqa: PLC0415 - slow to import
        from docker.auth import resolve_repository_name  # noqa: PLC0415

        self.name = name
        self.registry, self._path = resolve_repository_name(name)
        self._host = self.registry
        if self.registry == "docker.io":
            self._host = _HUB
            self._path = self._path if "/" in self._path else f"library/{self._path}"
        plain = re.match(r"(localhost|127\.[\d.]+|\[::1\])(:\d+)?$", self._host)
        self.url = f"{'http' if plain else 'https'}://{self._host}/v2/{self._path}/"
        self._session = requests.Session()
        authority = _CERTIFICATES / self._host / "ca.crt"
        if authority.exists():
            self._session.verify = str(authority)

    def find(self, tag: str) -> Manifest | None:
        """Return what a tag or digest holds, or None. Raises UserError where the registry does not let it be read."""
        found = self._ask("GET", f"manifests/{tag}", headers={"Accept": ", ".join((*_INDEX, *_MANIFEST))})
        if found.status_code == 404:
            return None
        self._check(found, f"{self.name}:{tag}", "read")
        digest = found.headers.get("Docker-Content-Digest") or f"sha256:{hashlib.sha256(found.content).hexdigest()}"
        return Manifest(digest=digest, kind=found.headers["Content-Type"], body=found.content)

    def get(self, tag: str) -> Manifest:
        """Return what a tag holds. Raises UserError where there is nothing, too."""
        found = self.find(tag)
        if found is None:
            raise UserError(
                f"the registry {self._shown} has no {self.name}:{tag}: check the name and the tag, or push it first"
            )
        return found

    def image(self, manifest: Manifest) -> Manifest:
        """Return the image of linux/amd64 in an index, or the one image that it is."""
        if manifest.kind not in _INDEX:
            return manifest
        for one in manifest.content["manifests"]:
            if one.get("platform", {}).get("architecture") == "amd64" and one["platform"].get("os") == "linux":
                return self.get(one["digest"])
        raise UserError(f"{self.name}@{manifest.digest} has no image for linux/amd64: build it anew")

    def labels(self, manifest: Manifest) -> dict[str, str]:
        """Return the labels of an image, in an index of that of linux/amd64."""
        digest = self.image(manifest).content["config"]["digest"]
        found = self._ask("GET", f"blobs/{digest}")
        self._check(found, f"{self.name}@{digest}", "read")
        return dict(found.json().get("config", {}).get("Labels") or {})

    def check_write(self) -> None:
        """Raise UserError unless the user may push: an upload is begun and given up again."""
        begun = self._ask("POST", "blobs/uploads/")
        self._check(begun, self.name, "written to")
        if "Location" in begun.headers:
            self._ask("DELETE", urljoin(self.url, begun.headers["Location"]))

    def tag(self, manifest: Manifest, tag: str) -> None:
        """Let a tag hold what another one does."""
        done = self._ask("PUT", f"manifests/{tag}", data=manifest.body, headers={"Content-Type": manifest.kind})
        self._check(done, f"{self.name}:{tag}", "written to")

    @property
    def _shown(self) -> str:
        return "Docker Hub" if self._host == _HUB else self.registry

    def _ask(self, method: str, path: str, **options: Any) -> "Response":  # noqa: ANN401 - those of requests
        from requests import RequestException  # noqa: PLC0415 - slow to import

        try:
            answer = self._session.request(method, urljoin(self.url, path), timeout=_SECONDS, **options)
            challenge = answer.headers.get("WWW-Authenticate", "")
            if answer.status_code == 401 and challenge and self._log_in(challenge, method):
                answer = self._session.request(method, urljoin(self.url, path), timeout=_SECONDS, **options)
        except RequestException as error:
            raise UserError(
                f"the registry {self._shown} does not answer: check its name and the network ({_shorten(error)})"
            ) from None
        return answer

    def _log_in(self, challenge: str, method: str) -> bool:
        """Take what the registry asks for from the user's logins; False where there is nothing to take."""
        kind, _, rest = challenge.partition(" ")
        login = self._login
        if kind.lower() == "basic":
            self._session.auth = (login["username"], login["password"]) if "username" in login else None
            return bool(self._session.auth)
        asked = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        scope = f"repository:{self._path}:{'pull' if method == 'GET' else 'pull,push'}"
        words = {"service": asked.get("service", ""), "scope": scope}
        if "identitytoken" in login:
            words |= {"grant_type": "refresh_token", "refresh_token": login["identitytoken"], "client_id": "spcs"}
            given = self._session.post(asked["realm"], data=words, timeout=_SECONDS)
        else:
            auth = (login["username"], login["password"]) if "username" in login else None
            given = self._session.get(asked["realm"], params=words, auth=auth, timeout=_SECONDS)
        token = given.json() if given.ok else {}
        self._session.headers["Authorization"] = f"Bearer {token.get('token') or token.get('access_token', '')}"
        return given.ok

    @cached_property
    def _login(self) -> Mapping[str, str]:
        from docker.auth import load_config  # noqa: PLC0415 - slow to import
        from docker.errors import DockerException  # noqa: PLC0415

        try:
            found = load_config().resolve_authconfig(self.registry) or {}
        except DockerException as error:
            raise UserError(
                f"the login for {self._shown} cannot be read: run docker login again ({_shorten(error)})"
            ) from None
        return {name.lower(): str(value) for name, value in found.items() if value}

    def _check(self, answer: "Response", what: str, verb: str) -> None:
        if answer.ok:
            return
        reason = f"HTTP {answer.status_code}"
        if answer.status_code in (401, 403):
            raise UserError(
                f"the registry {self._shown} does not let {what} be {verb}: log in with docker login ({reason})"
            )
        if answer.status_code >= 500:
            raise UserError(f"the registry {self._shown} does not answer: try again later ({reason})")
        raise UserError(f"the registry {self._shown} refuses {what}: check the name and the tag ({reason})")


def open_repository(reference: str) -> tuple[Repository, str]:
    """Return the repository and the tag of a reference."""
    name, _, tag = reference.rpartition(":")
    return Repository(name), tag


def fetch_digest(reference: str) -> str:
    """Return the digest of an image in its registry. Raises UserError where it does not answer or has no such image."""
    repository, tag = open_repository(reference)
    return repository.get(tag).digest


def _shorten(error: object) -> str:
    return " ".join(str(error).split())[:200]
