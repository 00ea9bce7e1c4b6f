"""Steps, commands, and whether something has to be built again."""

import sys
from pathlib import Path

import pytest

from spcsmetrics.core import fingerprint, process, toolchain
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out


def test_steps_are_done_in_order_and_skipped_when_current() -> None:
    done: list[str] = []
    steps = [
        Step("one", "", lambda: done.append("one")),
        Step("two", "", lambda: done.append("two"), skip=lambda: True),
        Step("three", "", lambda: done.append("three")),
    ]
    carry_out(steps)
    assert done == ["one", "three"]


def test_a_dry_run_prints_titles_and_commands_only(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise AssertionError("a dry run does nothing")

    carry_out([Step("Do it", "make -B all", refuse, skip=lambda: bool(refuse()))], dry=True)
    assert capsys.readouterr().out == "Do it\n    make -B all\n"


def test_a_failed_command_shows_its_last_lines_and_what_to_do() -> None:
    program = "import sys; print('a' * 10); sys.exit('the disk is full')"
    with pytest.raises(UserError, match=r"failed with exit code 1: free some space; .*\n.*\n?the disk is full"):
        process.run([sys.executable, "-c", program], remedy="free some space")


def test_a_missing_command_is_named() -> None:
    with pytest.raises(UserError, match="no-such-program is not installed"):
        process.run(["no-such-program"])


def test_a_log_keeps_everything(tmp_path: Path) -> None:
    log = tmp_path / "deep" / "log"
    process.run([sys.executable, "-c", "print('hello')"], log=log)
    assert log.read_text() == "hello\n"


def test_a_fingerprint_changes_with_contents_names_and_facts(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    first = fingerprint.digest([file], "v1")
    assert fingerprint.digest([file], "v1") == first
    assert fingerprint.digest([file], "v2") != first
    file.write_text("2")
    assert fingerprint.digest([file], "v1") != first


def test_an_output_is_current_only_for_its_own_inputs(tmp_path: Path) -> None:
    output = tmp_path / "binary"
    fingerprint.mark(output, "abc")
    assert not fingerprint.is_current(output, "abc"), "the output itself is missing"
    output.write_text("")
    assert fingerprint.is_current(output, "abc")
    assert not fingerprint.is_current(output, "def")


@pytest.mark.parametrize(
    ("version", "taken"), [("go1.25.9", False), ("go1.26.6", False), ("go1.26.7", True), ("go1.30", True)]
)
def test_a_go_on_the_path_is_taken_when_it_is_new_enough(
    version: str, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(folder: str, text: str) -> Path:
        program = tmp_path / folder / "go"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho 'go version {text} linux/amd64'\n")
        program.chmod(0o755)
        return program

    mine, locked = make("mine", version), make("locked", "go1.27.3")
    monkeypatch.setenv("PATH", str(mine.parent))
    monkeypatch.setattr(toolchain.groups, "script", lambda _: locked)
    toolchain.find_go.cache_clear()
    try:
        assert toolchain.find_go() == (mine if taken else locked)
    finally:
        toolchain.find_go.cache_clear()
