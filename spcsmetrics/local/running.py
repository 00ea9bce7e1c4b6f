"""The demos that run now: each stands in a file of its own, by which other tasks find and change it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD

_FOLDER = BUILD / "demos"
# In place of a process: the containers run without one of ours.
_STACK = 0


@dataclass(frozen=True, kw_only=True)
class Demo:
    """One running demo: its process, its folder, whose last part names it, and the simulator's admin address."""

    pid: int
    folder: str
    admin: str

    @property
    def name(self) -> str:
        """Return what --demo takes."""
        return Path(self.folder).name

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Send a request to the admin API. Raises UserError with the API's own sentence where it refuses."""
        try:
            answer = requests.request(method, f"{self.admin}{path}", json=body, timeout=10)
        except requests.RequestException as error:
            raise UserError(f"the demo {self.name} does not answer: look whether it still runs") from error
        said = answer.json() if answer.content else {}
        if not answer.ok:
            raise UserError(str(said.get("error", answer.reason)))
        return said


@contextmanager
def announce(demo: Demo) -> Iterator[None]:
    """Let other tasks find a demo while this block runs."""
    _write(demo)
    try:
        yield
    finally:
        _file(demo.pid).unlink(missing_ok=True)


def announce_stack(name: str, admin: str) -> None:
    """Let other tasks find the demo of the three images, until it is forgotten."""
    _write(Demo(pid=_STACK, folder=name, admin=admin))


def forget_stack() -> None:
    """Undo announce_stack."""
    _file(_STACK).unlink(missing_ok=True)


def find_demo(name: str = "") -> Demo:
    """Return the demo of this name, or the newest. Raises UserError where it does not run."""
    files = sorted(_FOLDER.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    demos = [Demo(**json.loads(file.read_text())) for file in files if _runs(int(file.stem))]
    for demo in demos:
        if name in {"", demo.name}:
            return demo
    if demos:
        raise UserError(f"the demo {name} does not run: --demo takes one of {', '.join(demo.name for demo in demos)}")
    raise UserError("a demo of this clone must run: start ./inv demo in another terminal")


def _file(pid: int) -> Path:
    return _FOLDER / f"{pid}.json"


def _write(demo: Demo) -> None:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    part = _file(demo.pid).with_suffix(".part")
    part.write_text(json.dumps(asdict(demo)))
    part.replace(_file(demo.pid))


def _runs(pid: int) -> bool:
    if pid == _STACK:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
