"""The account's image repository: the tags in it, its login, and pushes."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import console
from spcsmetrics.core.text import visible
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.deploy.layout import list_images
from spcsmetrics.deploy.session import Account
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import read_images
from spcsmetrics.images import daemon
from spcsmetrics.images.daemon import NoDaemonError, NoImageError
from spcsmetrics.images.definition import SHIPPED, Image

_SESSION_USER = "0sessiontoken"
_PUSH_SECONDS = 600
NOT_BUILT = f"{PRODUCT}-not-built"
Login = Mapping[str, str] | None


def find_tags(settings: Settings, *, pushed: bool, dry: bool) -> dict[str, str]:
    """Return each image's tag in the repository, by its key.

    A tag that the settings name, or that is there already, is taken as it is. Else it is made of the version and the
    image's own id: what changed has another tag, and what is there need not be sent again. Raises UserError for an
    image that was not built; with dry it gets a tag that says so.
    """
    if settings.tag or pushed:
        return dict.fromkeys(list_images(settings), settings.tag or PRODUCT)
    return {key: _tag(SHIPPED[key], dry=dry) for key in list_images(settings)}


def _tag(image: Image, *, dry: bool) -> str:
    try:
        daemon.require_platform(image.reference)
        return f"{PRODUCT}-{daemon.find_id(image.reference)[:12]}"
    except (NoDaemonError, NoImageError):
        if not dry:
            raise
        return NOT_BUILT


@dataclass(kw_only=True)
class Door:
    """The account's image registry, which is logged in to once for all pushes of a run."""

    settings: Settings
    account: Account
    _logins: dict[str, Login] = field(default_factory=dict)

    def open(self, repository_url: str) -> Login:
        """Return user and password for the registry, or None where Docker knows them itself.

        Raises UserError where the registry does not take them, before anything is sent to it.
        """
        registry = repository_url.split("/", maxsplit=1)[0]
        if registry not in self._logins:
            login = self._find(registry)
            if login:
                daemon.log_in(registry, login["username"], login["password"], _advise)
            self._logins[registry] = login
        return self._logins[registry]

    def _find(self, registry: str) -> Login:
        """Return a login: an access token comes first, then snow, which logs Docker in, then the session's own way.

        No secret is ever on a command line, and what snow asks is seen.
        """
        settings, account = self.settings, self.account
        if settings.registry_token_file:
            return {"username": account.user, "password": _read_token(settings.registry_token_file)}
        if shutil.which("snow"):
            command = ["snow", "spcs", "image-registry", "login"]
            command += ["--connection", settings.connection] if settings.connection else []
            if process.stream(command, to_stderr=True) == 0:
                return None
            console.print(f"- snow cannot log in to {registry}: the session does it instead")
        return {"username": _SESSION_USER, "password": account.issue_registry_token()}


def _read_token(path: str) -> str:
    try:
        token = Path(path).expanduser().read_text().strip()
    except OSError as error:
        raise UserError(f"registry_token_file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(
            f"registry_token_file {path} is not a text: write a programmatic access token into it"
        ) from None
    if not token:
        raise UserError(f"registry_token_file {path} is empty: write a programmatic access token into it")
    return token


def push(door: Door, repository_url: str, image: Image, tag: str, source: str = "") -> None:
    """Push one image with a bar for each layer, and check that the repository then has what was sent.

    It is this machine's, or that of another registry, which is pulled first.

    Raises UserError for what the registry refuses: its errors come in the stream of the push.
    """
    target = f"{repository_url}/{image.name}"
    login = door.open(repository_url)
    if source:
        daemon.pull(source)
    more = {"auth_config": login} if login else {}
    with daemon.open_client(_PUSH_SECONDS) as client:
        client.images.get(source or image.reference).tag(target, tag)
        try:
            digest = _follow(client.api.push(target, tag, stream=True, decode=True, **more), f"{target}:{tag}")
        finally:
            client.images.remove(f"{target}:{tag}", noprune=True)
    there = read_images(door.account.execute, door.settings).get((image.name, tag))
    if there != digest:
        raise UserError(f"{target}:{tag} is {there} in the repository and {digest} was sent: push it again")


def _follow(stream: Iterator[dict[str, Any]], target: str) -> str:
    """Show the layers as they go, and return the digest that the registry gave."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn  # noqa: PLC0415 - slow to import

    digest = ""
    with Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), console=console, transient=True
    ) as bars:
        layers: dict[str, Any] = {}
        for line in daemon.read_messages(stream):
            if "error" in line:
                raise UserError(f"{target} cannot be pushed: {_advise(str(line['error']))}")
            digest = str(line["aux"].get("Digest", digest))
            layer = str(line.get("id") or "")
            total, done = (line["progressDetail"].get(key) for key in ("total", "current"))
            if layer and isinstance(total, int) and total > 0:
                if layer not in layers:
                    layers[layer] = bars.add_task(visible(layer), total=total)
                bars.update(layers[layer], completed=done if isinstance(done, int) else 0)
    return digest


def _advise(error: str) -> str:
    said = " ".join(error.split())[:300]
    if "index" in said.lower() or "manifest invalid" in said.lower():
        return (
            f"{said}; the registry takes images of one platform, not an index: build them with ./inv build, or with"
            " docker buildx build --platform linux/amd64 --provenance=false"
        )
    if "unauthorized" in said.lower() or "authentication required" in said.lower():
        return f"{said}; set registry_token_file to a programmatic access token, or install snow"
    return f"{said}; try again, and check the role's privileges on the repository"
