"""The preview of the boards is built, served and pictured; Node.js and the browser are doubles."""

import json
import os
import sys
from pathlib import Path

import pytest
import requests
from programs import write_program

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.local import page, pictures, preview, processes

BOARDS = sorted(file.stem for file in BOARD_FOLDER.glob("*.json"))
# As vite does: builds into PREVIEW_OUT, and serves it; knows no other command.
VITE = """
case "$*" in
build) mkdir -p $PREVIEW_OUT && echo page > $PREVIEW_OUT/index.html ;;
"build --ssr src/describe.ts") ;;
*) echo "no idea what '$*' is" >&2; exit 2 ;;
esac
"""


@pytest.fixture(autouse=True)
def _source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the page be made of a source of one file, by an npm that installs a vite."""
    source, modules = tmp_path / "source", tmp_path / "source" / "node_modules"
    (source / "src").mkdir(parents=True)
    (source / "package-lock.json").write_text("{}")
    (source / "src" / "main.tsx").write_text("")
    vite = write_program(tmp_path / "ready", "vite", VITE)
    programs = tmp_path / "programs"
    write_program(programs, "node", "echo v24.1.0")
    install = "mkdir -p node_modules/.bin && touch node_modules/done"
    write_program(programs, "npm", f"[ $1 = ci ] && {install} && cp {vite} node_modules/.bin/")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    for name, value in {
        "SOURCE": source,
        "BUILD": tmp_path / "build",
        "PAGE": tmp_path / "build" / "page",
        "_MODULES": modules,
        "_INSTALLED": modules / "done",
    }.items():
        monkeypatch.setattr(page, name, value)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], str]]:
    """Return what was chosen on which board for its picture, and the index that the page served then."""
    found: list[tuple[dict[str, str], str]] = []

    def take(url: str, addresses: dict[str, str], folder: Path) -> None:
        folder.mkdir()
        found.append((addresses, requests.get(f"{url}/boards/index.json", timeout=10).text))

    monkeypatch.setattr(pictures, "take", take)
    return found


def test_every_board_is_served_and_pictured_over_the_last_hour_of_a_prometheus(
    taken: list[tuple[dict[str, str], str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preview.run_preview("http://127.0.0.1:9", str(tmp_path / "pictures"), dry=False)
    ((addresses, index),) = taken
    assert list(addresses) == BOARDS
    (time,) = set(addresses.values())
    start, end = (int(part.partition("=")[2]) for part in time.split("&"))
    assert end - start == 3_600_000
    listed = [board["uid"] for board in json.loads(index)]
    assert listed[0] == "spcs-home"
    assert sorted(listed) == BOARDS
    assert f"{len(BOARDS)} pictures are in {tmp_path / 'pictures'}" in capsys.readouterr().err.replace("\n", " ")


def test_without_a_prometheus_a_day_of_trouble_is_pictured(
    taken: list[tuple[dict[str, str], str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "_FILLING_SECONDS", 0)
    preview.run_preview("", str(tmp_path / "pictures"), dry=False)
    ((addresses, _),) = taken
    start, end, *chosen = (part.partition("=")[2] for part in addresses["spcs-pool"].split("&"))
    assert int(end) - int(start) == 86_400_000
    assert chosen == ["WEB_POOL"]


def test_a_page_is_built_again_only_when_its_source_changes(
    taken: list[tuple[dict[str, str], str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(2):
        preview.run_preview("http://127.0.0.1:9", str(tmp_path / f"pictures{number}"), dry=False)
    second = capsys.readouterr().err.split("pictures0")[-1]
    assert "Build the preview: up to date" in second
    (page.SOURCE / "src" / "main.tsx").write_text("changed")
    assert not page.is_built()
    assert len(taken) == 2


def test_a_build_that_fails_leaves_no_page_that_counts(tmp_path: Path) -> None:
    write_program(tmp_path / "ready", "vite", "echo error TS2345 >&2; exit 1")
    with pytest.raises(UserError, match="error TS2345"):
        preview.run_preview("http://127.0.0.1:9", "", dry=False)
    assert not page.is_built()


def test_a_page_that_cannot_be_served_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = write_program(tmp_path / "programs", "python", "echo a library is missing; exit 1")
    monkeypatch.setattr(sys, "executable", str(python))
    page.PAGE.mkdir(parents=True)
    words = "the preview ended by itself.*: a library is missing"
    with (
        processes.open_run(tmp_path / "run") as run,
        pytest.raises(UserError, match=words),
    ):
        page.start(run, "http://127.0.0.1:9")


@pytest.mark.parametrize("shell", ["echo v18.20.0", "echo nonsense", "exit 2"], ids=["old", "odd", "broken"])
def test_a_node_that_is_old_or_broken_is_not_taken(shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_program(tmp_path / "programs", "node", shell)
    monkeypatch.setattr("sys.prefix", str(tmp_path / "nowhere"))
    assert page.find_node() is None
    with pytest.raises(UserError, match=r"Node\.js 20 or newer"):
        page.node_environment()


def test_a_page_that_a_release_brought_needs_neither_node_nor_its_libraries() -> None:
    page.PAGE.mkdir(parents=True)
    (page.PAGE / "index.html").touch()
    page.asset().mark_fetched()
    assert all(step.skip() for step in page.build_steps()[1:])
    assert not page.install_steps()[1].skip()
