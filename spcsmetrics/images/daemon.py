"""The Docker daemon, through its SDK, and the images that it holds."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import read_text
from spcsmetrics.core.steps import Step
from spcsmetrics.images.definition import IMAGES, SHIPPED

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
    from docker.errors import DockerException, StreamParseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    _check_configuration()
    try:
        client = docker.from_env(timeout=seconds)
    except DockerException as error:
        if "permission denied" in str(error).lower():
            raise NoDaemonError(
                f"your user may not use Docker: add it to the group docker, or set DOCKER_HOST ({_reason(error)})"
            ) from None
        raise NoDaemonError(
            f"no Docker daemon answers: install or start Docker, then run it again ({_reason(error)})"
        ) from None
    try:
        yield client
    except DockerException as error:
        raise UserError(f"the Docker daemon refuses: {shorten(getattr(error, 'explanation', None) or error)}") from None
    except (HTTPError, StreamParseError, RequestException) as error:
        raise UserError(f"the Docker daemon broke off ({shorten(error)}): run it again") from None
    finally:
        client.close()


def _reason(error: Exception) -> str:
    """Return what the system said, which the SDK wraps into the texts of several exceptions."""
    said = re.search(r"Error\(\d+, '([^']+)'\)", str(error))
    return said[1].lower() if said else shorten(error)


def _check_configuration() -> None:
    """Raise UserError where the SDK would stumble over the user's configuration of Docker."""
    from docker.auth import AuthConfig  # noqa: PLC0415 - slow to import
    from docker.errors import DockerException  # noqa: PLC0415 - slow to import
    from docker.utils.config import find_config_file  # noqa: PLC0415 - slow to import

    found = str(find_config_file() or "")
    if not found:
        return
    try:
        values = json.loads(read_text(Path(found)))
        proxies = values.get("proxies", {})
        tables = [
            values,
            proxies,
            *proxies.values(),
            *(values.get(key) or {} for key in ("auths", "credHelpers", "HttpHeaders")),
        ]
        fits = all(isinstance(table, dict) for table in tables)
        AuthConfig.load_config(None, values)
    except (ValueError, TypeError, AttributeError, RecursionError, DockerException):
        fits = False
    if not fits:
        raise UserError(f"{found} is not what Docker writes there: mend it, or remove it and run docker login again")


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
            raise NoImageError(f"the image {reference} is not on this machine: run {_build(reference)} first") from None


def _build(reference: str) -> str:
    """Return the command that builds an image: without --only it builds those of a service."""
    (only,) = [image.key for image in SHIPPED.values() if image.reference == reference] or [""]
    return f"./inv build --only {only}" if only and only not in IMAGES else "./inv build"


def find_names(reference: str) -> list[str]:
    """Return the id of an image, and the digests under which registries hold it."""
    with open_client() as client:
        image = client.images.get(reference)
        return [str(image.id), *(str(one).partition("@")[2] for one in image.attrs["RepoDigests"] or [])]


def find_labels(reference: str) -> dict[str, str]:
    """Return the labels of an image."""
    with open_client() as client:
        return dict(client.images.get(reference).labels)


def require_platform(reference: str) -> None:
    """Raise UserError for an image that is not for linux/amd64, the one platform of Snowpark Container Services.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/spcs-guidelines-and-limitations
    """
    from docker.errors import ImageNotFound  # noqa: PLC0415 - slow to import

    with open_client() as client:
        try:
            attributes = client.images.get(reference).attrs
        except ImageNotFound:
            raise NoImageError(f"the image {reference} is not on this machine: run {_build(reference)} first") from None
    platform = f"{attributes.get('Os') or 'linux'}/{attributes.get('Architecture') or 'amd64'}"
    if platform != "linux/amd64":
        raise UserError(
            f"the image {reference} is for {platform}, and Snowpark Container Services run linux/amd64 alone: build it"
            " again with ./inv build, or set DOCKER_DEFAULT_PLATFORM=linux/amd64 where you pull it"
        )


def pull(reference: str) -> None:
    """Fetch an image for linux/amd64 from its registry. Raises UserError where that gives none, or one for others."""
    from docker.errors import APIError  # noqa: PLC0415 - slow to import

    name, _, tag = reference.rpartition(":")
    with open_client() as client:
        try:
            # The SDK's own pull passes over what fails in the middle, and goes on with an older image of that name.
            for line in read_messages(client.api.pull(name, tag, platform="linux/amd64", stream=True, decode=True)):
                if "error" in line:
                    raise UserError(_explain(reference, 0, str(line["error"])))
        except APIError as error:
            raise UserError(_explain(reference, error.status_code or 0, str(error.explanation or error))) from None
    require_platform(reference)


def read_messages(stream: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield the messages of a daemon's stream, their parts too as tables. Raises UserError for what is none."""
    for line in stream:
        if not isinstance(line, dict):
            raise UserError(f"the Docker daemon sends {shorten(line)!r} in the place of a message: run it again")
        yield line | {key: line[key] if isinstance(line.get(key), dict) else {} for key in ("aux", "progressDetail")}


def log_in(registry: str, user: str, password: str, explain: Callable[[str], str]) -> None:
    """See that a registry takes a login. Raises UserError, with what explain makes of the registry's words."""
    from docker.errors import APIError  # noqa: PLC0415 - slow to import

    with open_client() as client:
        try:
            client.login(user, password, registry=registry, reauth=True)
        except APIError as error:
            said = shorten(error.explanation or error)
            raise UserError(f"the registry {registry} refuses the login: {explain(said)}") from None


def holds(reference: str) -> bool:
    """Return whether the daemon holds an image."""
    try:
        return bool(find_id(reference))
    except NoImageError:
        return False


def find_all(prefix: str) -> set[str]:
    """Return every name of an image that begins so, also the names by digest."""
    with open_client() as client:
        names = {name for image in client.images.list() for name in (*image.tags, *(image.attrs["RepoDigests"] or []))}
    return {name for name in names if name.startswith(prefix)}


def forget(names: Iterable[str]) -> None:
    """Remove these names of images; under other names the images stay."""
    from docker.errors import ImageNotFound  # noqa: PLC0415 - slow to import

    with open_client() as client:
        # The name by digest goes with the last tag.
        for name in sorted(names, key=lambda name: "@" in name):
            with suppress(ImageNotFound):
                client.images.remove(name)


def shorten(error: object) -> str:
    """Return what an error says on one line."""
    return " ".join(str(error).split())[:200]


def _explain(reference: str, status: int, said: str) -> str:
    registry, slash, _ = reference.partition("/")
    registry = registry if slash and (set(registry) & {".", ":"} or registry == "localhost") else "Docker Hub"
    words, reason = said.lower(), shorten(said)
    if status in (401, 403) or any(word in words for word in ("unauthorized", "denied", "no basic auth")):
        return f"the registry {registry} does not let {reference} be read: log in with docker login ({reason})"
    if status == 404 or "manifest unknown" in words or "not found" in words:
        return f"the registry {registry} has no {reference}: check the name and the tag, or push it first ({reason})"
    if not status:
        return f"{reference} was not pulled as a whole: run it again ({reason})"
    if status >= 500:
        return f"the registry {registry} does not answer: check its name and the network ({reason})"
    return f"the registry {registry} refuses {reference}: check the name ({reason})"
