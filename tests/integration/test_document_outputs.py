"""What the pages show after a command is what it prints: words and columns, but for numbers and names of a run."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from spcsmetrics.core.paths import ROOT

PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("plugins/*/README.md")]
# Of what is no output: settings, statements, queries, pictures, commands.
OTHERS = {"json", "mermaid", "promql", "sh", "sql", "toml", "yaml"}
# In place of lines that a page leaves out.
LEFT_OUT = "..."


@dataclass(frozen=True)
class Shown:
    """A command of a page, and the lines below it."""

    page: str
    command: str
    lines: tuple[str, ...]


@dataclass(kw_only=True)
class Running:
    """A demo that runs, what it printed until its first table, and its folder."""

    printed: str
    folder: Path = field(default_factory=Path)
    state: str = ""


def read(text: str, page: str = "") -> list[Shown]:
    """Return every command of the console blocks of a page, with what is shown below it."""
    blocks: list[str] = re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.M)[1:]]
    return [Shown(page, part.splitlines()[0], tuple(part.splitlines()[1:])) for part in parts]


def shape(line: str) -> str:
    """Return a line without what differs from run to run."""
    line = re.sub(r"spcs-demo-(\w+|\.\.\.)", "spcs-demo-0", line)
    line = re.sub(r"\b\d[\d.]*(m|µ)?s\b", "0s", line)
    return " ".join(re.sub(r"\d[\d.,:]*", "0", line).split())


def missing(shown: tuple[str, ...], printed: str) -> str:
    """Return the first line of a page that the command does not print at its place, or an empty text."""
    lines = [shape(line) for line in printed.splitlines() if line.strip()]
    here, free = 0, False
    for line in filter(str.strip, shown):
        if line == LEFT_OUT:
            free = True
            continue
        places = [place for place in range(here, len(lines)) if lines[place] == shape(line)]
        if not places or (not free and places[0] != here):
            return line
        here, free = places[0] + 1, False
    return "" if free or here == len(lines) else f"it ends before {lines[here]!r}"


SHOWN = [shown for page in PAGES for shown in read(page.read_text(), page.name)]


@pytest.fixture(scope="module")
def demo() -> Iterator[Running]:
    command = [sys.executable, "-m", "spcsmetrics.tasks", "demo"]
    # As on a terminal of 80 columns.
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr is not None
    running = Running(printed="")
    for line in process.stderr:
        running.printed += line
        if "Busiest container" in running.printed and line.startswith("Ctrl-C"):
            break
    running.folder = Path(re.findall(r"Logs +(\S+)", running.printed)[0])
    running.state = re.findall(r"Simulator +(http\S+)", running.printed)[0]
    try:
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def run(command: str, demo: Running) -> str:
    """Return what a command prints, on both streams; the demo is the one that runs."""
    if command == "./inv demo":
        return demo.printed
    node = requests.get(demo.state, timeout=10).json()["pools"][0]["nodes"][0]["address"]
    command = command.replace("/tmp/spcs-demo-...", str(demo.folder)).replace("127.90.0.1:9001", node)  # noqa: S108
    words = command.removeprefix("./inv ").split()
    if words[0].startswith("demo."):
        words += ["--demo", demo.folder.name]
    program = [sys.executable, "-m", "spcsmetrics.tasks", *words] if command.startswith("./inv ") else words
    # Unbuffered, so that both streams come in the order of a terminal.
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    return subprocess.run(program, stdout=pipe, stderr=both, check=False, text=True, cwd=ROOT, env=environment).stdout


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown.page}: {shown.command}")
def test_what_a_page_shows_is_what_the_command_prints(shown: Shown, demo: Running) -> None:
    printed = run(shown.command, demo)
    assert not missing(shown.lines, printed), printed


def test_no_output_hides_in_a_block_of_another_kind() -> None:
    kinds = {kind for page in PAGES for kind in re.findall(r"^ *```(\w*)\n.*?^ *```$", page.read_text(), re.M | re.S)}
    assert kinds <= {*OTHERS, "console"}
    assert len(SHOWN) > 3


PRINTED = "- Start: up to date\nPool       State   CPU\nWEB_POOL   ACTIVE  35%\nLogs /tmp/spcs-demo-x1\n"


@pytest.mark.parametrize(
    ("shown", "first"),
    [
        ("Pool State CPU\nWEB_POOL ACTIVE 7%\nLogs /tmp/spcs-demo-zz", "Pool State CPU"),
        ("...\nPool State CPU\nWEB_POOL ACTIVE 7%\nLogs /tmp/spcs-demo-zz", ""),
        ("...\nPool State CPU Memory\n...", "Pool State CPU Memory"),
        ("...\nPool State CPU\nWEB_POOL IDLE 7%\n...", "WEB_POOL IDLE 7%"),
        ("...\nPool State CPU\nLogs /tmp/spcs-demo-zz", "Logs /tmp/spcs-demo-zz"),
        ("...\nPool State CPU", "it ends before 'WEB_POOL ACTIVE 0%'"),
    ],
    ids=["begins later", "the same", "another column", "another word", "a line too few", "ends earlier"],
)
def test_a_page_that_shows_something_else_is_found(shown: str, first: str) -> None:
    assert missing(tuple(shown.splitlines()), PRINTED) == first


def test_a_block_may_show_several_commands() -> None:
    found = read("a\n```console\n$ ./inv x\none\n$ ./inv y\n```\n")
    assert [(shown.command, shown.lines) for shown in found] == [("./inv x", ("one",)), ("./inv y", ())]
