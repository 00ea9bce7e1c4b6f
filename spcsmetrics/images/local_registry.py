"""A registry on this machine for candidates: the distribution registry, from its Go module, on a free port."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from spcsmetrics.core import ports
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, ROOT
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.text import last_lines
from spcsmetrics.core.toolchain import go_step
from spcsmetrics.programs.tools import tool, tool_step

# What is pushed into it, and beside it what runs it.
FOLDER = BUILD / "registry"
_SECONDS = 30
_CONFIG = """\
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}, delete: {{enabled: true}}}}
http: {{addr: "localhost:{port}"}}
"""
_USERS = """\
auth: {{htpasswd: {{realm: registry, path: {file}}}}}
"""


def run_registry(outputs: str, *, stop: bool, dry: bool) -> None:
    """Start a registry that outlives this task, or stop it; outputs is a file that gets a line REGISTRY=its address."""

    def start() -> None:
        stop_registry(FOLDER)
        address = start_registry(FOLDER)
        console.print(f"- The registry is {address}: ./inv registry --stop ends it")
        if outputs:
            with Path(outputs).open("a") as file:
                file.write(f"REGISTRY={address}\n")

    if stop:
        carry_out(
            [
                Step(
                    title="Stop the registry",
                    detail=f"kill {_beside(FOLDER, 'pid')}",
                    action=lambda: stop_registry(FOLDER),
                )
            ],
            dry=dry,
        )
        return
    command = f"registry serve {_beside(FOLDER, 'yml').relative_to(ROOT)}"
    carry_out([go_step(), tool_step("registry"), Step(title="Start a registry", detail=command, action=start)], dry=dry)


def start_registry(folder: Path, users: Path | None = None) -> str:
    """Start a registry over what a folder holds, and return its address; users is a file of htpasswd's.

    Raises UserError where it does not answer.
    """
    port = ports.find_free()
    folder.mkdir(parents=True, exist_ok=True)
    config, log = _beside(folder, "yml"), _beside(folder, "log")
    config.write_text(_CONFIG.format(folder=folder, port=port) + (_USERS.format(file=users) if users else ""))
    with log.open("wb") as file:
        # In a session of its own, so that what ends the task's programs leaves it alone.
        server = subprocess.Popen(
            [tool("registry"), "serve", config],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "OTEL_TRACES_EXPORTER": "none"},
        )
    _beside(folder, "pid").write_text(str(server.pid))
    for _ in range(_SECONDS * 10):
        if server.poll() is not None:
            break
        if _answers(port):
            return f"localhost:{port}"
        time.sleep(0.1)
    stop_registry(folder)
    raise UserError(f"the registry does not answer: read {log}; its last lines:\n{last_lines(log.read_text(), 5)}")


def _answers(port: int) -> bool:
    import requests  # noqa: PLC0415 - slow to import

    try:
        return requests.get(f"http://localhost:{port}/v2/", timeout=5).status_code in (200, 401)
    except requests.RequestException:
        return False


def stop_registry(folder: Path) -> None:
    """Stop the registry over a folder, if one runs."""
    file = _beside(folder, "pid")
    if not file.exists():
        return
    pid = int(file.read_text())
    command = Path(f"/proc/{pid}/cmdline")
    # A number that was given to another process since is left alone.
    if not command.exists() or b"registry" in command.read_bytes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    file.unlink()


def _beside(folder: Path, kind: str) -> Path:
    return folder.with_name(f"{folder.name}.{kind}")
