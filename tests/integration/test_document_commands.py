"""Every command of the documents runs as it stands there, for real or as a plan; what needs an account says so here."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from admin import call
from programs import inv

from spcsmetrics.core.paths import ROOT
from spcsmetrics.local import parts, processes

PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
# They need an account: the tests of deployments and connections run them in a simulated one.
ACCOUNT = {
    *(
        "backup",
        "deploy",
        "doctor",
        "grant-viewer",
        "logs",
        "open",
        "restore",
        "rotate",
        "snapshots",
        "status",
        "undeploy",
    ),
}
ACCOUNT |= {"upgrade"}
# They change nothing, and so have no plan.
READERS = {"grants", "versions"}
# Named in a sentence without the words that they need.
MENTIONED = {"bump", "release --source", "TASK -h", "TASK --dry"}
PLACEHOLDERS = {"X.Y.Z": "9.9.9", "<container>": "otel"}
# Nothing is on the PATH and no daemon answers, so that a step that ran would fail.
NOWHERE = {"PATH": "/nowhere", "DOCKER_HOST": "unix:///nowhere/docker.sock"}


def documented() -> list[str]:
    """Return every ./inv of the pages, in code or in a block, once."""
    text = "\n".join(page.read_text() for page in PAGES)
    found: list[str] = re.findall(r"(?:`|^ {4,}|^|=\S+ )\./inv ([^`\n#]+?) *(?:`|#|$)", text, re.M)
    return sorted({command for command in found if command not in MENTIONED})


def task_of(command: str) -> str:
    return next(word for word in shlex.split(command) if not word.startswith("-"))


# Those that change a running demo are sent to one by test_demo.py.
LOCAL = [
    command
    for command in documented()
    if (task_of(command) not in ACCOUNT or "--offline" in command)
    and (not command.startswith("demo.") or command == "demo.stop")
]


@pytest.mark.parametrize("command", LOCAL)
def test_a_command_that_needs_no_account_runs_or_has_a_plan(command: str) -> None:
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(command)]
    reads = task_of(command) in READERS
    done = inv(*words, *([] if reads or "--dry" in words else ["--dry"]), env={} if reads else NOWHERE)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("name", sorted(ACCOUNT))
def test_a_command_that_needs_an_account_runs_in_a_simulated_one(name: str) -> None:
    folder = ROOT / "tests" / "integration"
    files = [*folder.glob("test_deploy*.py"), folder / "test_connections.py"]
    tests = "\n".join(file.read_text() for file in files)
    assert re.search(rf'(?:inv|run|refuse|start)\w*\([^)]*"{name}"', tests)


def test_the_pages_show_commands_of_both_kinds() -> None:
    commands = documented()
    assert len(LOCAL) > 15
    assert {task_of(command) for command in commands} >= ACCOUNT
    assert "deploy --dry --offline" in LOCAL


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("simulator")
    with processes.open_run(folder) as run:
        yield parts.start_simulator(run, pools=3, nodes=2, containers=6, applications=1).admin


def test_every_request_of_the_page_of_the_demo_is_accepted(admin: str) -> None:
    page = (ROOT / "docs" / "demo.md").read_text()
    requests = sorted(re.findall(r"`(curl [^`]*)`", page), key=order)
    (pool,) = [pool for pool in call(admin, "GET", "/state")["pools"] if pool["name"] == "WEB_POOL"]
    node = pool["nodes"][0]["address"]
    call(admin, "POST", "/pools", {"name": "NEW_POOL", "family": "CPU_X64_S"})
    for request in requests:
        words = re.sub(r"\bA/", f"{admin}/", request).replace("127.90.0.1:9001", node)
        script = f"curl() {{ command curl --noproxy '*' --fail-with-body -sS \"$@\"; }}; {words}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, check=False, text=True)
        assert done.returncode == 0, f"{request}: {done.stdout}{done.stderr}"


def order(request: str) -> int:
    """Return when a request is sent: one that removes or renames what others name comes late."""
    return ("DELETE" in request) + 2 * ("SHOP_POOL" in request or "LLM_2" in request)
