"""The Docker daemon, through its SDK: the images that it holds, and digests in registries with the user's logins."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step

if TYPE_CHECKING:
    from docker import DockerClient

_SECONDS = 60


class NoDaemonError(UserError):
    """No Docker daemon answers."""


class NoImageError(UserError):
    """The daemon does not hold an image."""


@contextmanager
def open_client(seconds: int = _SECONDS) -> Iterator["DockerClient"]:
    """Yield a client of the daemon. Raises NoDaemonError where none answers, and UserError for what it refuses."""
    import docker  # noqa: PLC0415 - slow to import
    from docker.errors import DockerException  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    try:
        client = docker.from_env(timeout=seconds)
    except DockerException as error:
        raise NoDaemonError(
            f"no Docker daemon answers: install or start Docker, then run it again ({shorten(error)})"
        ) from None
    try:
        yield client
    except (DockerException, RequestException) as error:
        raise UserError(f"the Docker daemon refuses: {shorten(getattr(error, 'explanation', None) or error)}") from None
    finally:
        client.close()


def check() -> None:
    """Raise NoDaemonError unless a Docker daemon answers."""
    with open_client(10) as client:
        client.ping()


def check_step() -> Step:
    """Return the step that finds the Docker daemon."""
    return Step(title="Find the Docker daemon", detail="docker version", action=check)


def find_id(reference: str) -> str:
    """Return the id of an image, without its kind of hash. Raises NoImageError where the daemon does not hold it."""
    from docker.errors import ImageNotFound  # noqa: PLC0415 - slow to import

    with open_client() as client:
        try:
            return str(client.images.get(reference).id).removeprefix("sha256:")
        except ImageNotFound:
            raise NoImageError(f"the image {reference} is not on this machine: run ./inv build first") from None


def holds(reference: str) -> bool:
    """Return whether the daemon holds an image."""
    try:
        return bool(find_id(reference))
    except NoImageError:
        return False


def find_repository_digest(reference: str) -> str:
    """Return the digest that the daemon noted when it pushed an image under this reference, or none."""
    # Docker notes what is on Docker Hub without the registry's name.
    repository = re.sub(r"^(index\.)?docker\.io/", "", reference.rpartition(":")[0])
    with open_client() as client:
        noted = [str(one).split("@") for one in client.images.get(reference).attrs["RepoDigests"] or []]
    return next((digest for name, digest in noted if name == repository), "none")


def fetch_digest(reference: str) -> str:
    """Return the digest of an image in its registry, which the daemon asks with the user's logins.

    Raises UserError where the registry does not answer, lets nobody read, or has no such image.
    """
    from docker.errors import APIError  # noqa: PLC0415 - slow to import

    with open_client() as client:
        try:
            return str(client.images.get_registry_data(reference).id)
        except APIError as error:
            raise UserError(_explain(reference, error.status_code or 0, str(error.explanation or error))) from None


def _explain(reference: str, status: int, said: str) -> str:
    registry, slash, _ = reference.partition("/")
    registry = registry if slash and (set(registry) & {".", ":"} or registry == "localhost") else "Docker Hub"
    words, reason = said.lower(), shorten(said)
    if status in (401, 403) or any(word in words for word in ("unauthorized", "denied", "no basic auth")):
        return f"the registry {registry} does not let {reference} be read: log in with docker login ({reason})"
    if status == 404 or "manifest unknown" in words or "not found" in words:
        return f"the registry {registry} has no {reference}: check the name and the tag, or push it first ({reason})"
    if status >= 500:
        return f"the registry {registry} does not answer: check its name and the network ({reason})"
    return f"the registry {registry} cannot be asked for {reference}: check the name ({reason})"


def shorten(error: object) -> str:
    """Return what an error says on one line."""
    return " ".join(str(error).split())[:200]
