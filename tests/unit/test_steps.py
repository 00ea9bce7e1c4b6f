"""Steps, and whether something has to be built again."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.table import Table

from spcsmetrics.core import fingerprint, toolchain
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.core.steps import Step, carry_out, program_step
from spcsmetrics.core.terminal import Terminal


def test_steps_are_done_in_order_and_skipped_when_current() -> None:
    done: list[str] = []
    steps = [
        Step(title="one", detail="", action=lambda: done.append("one")),
        Step(title="two", detail="", action=lambda: done.append("two"), skip=lambda: True),
        Step(title="three", detail="", action=lambda: done.append("three")),
    ]
    carry_out(steps)
    assert done == ["one", "three"]


def test_what_a_later_step_needs_runs_meanwhile_unless_the_step_is_current() -> None:
    order: list[str] = []

    @contextmanager
    def fetch() -> Iterator[None]:
        order.append("begun")
        yield
        order.append("awaited")

    step = Step(title="a", detail="", action=lambda: order.append("a"), meanwhile=fetch)
    carry_out([step, replace(step, title="b", skip=lambda: True)])
    assert order == ["begun", "a", "awaited"]


def test_a_dry_run_prints_titles_and_commands_only(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> bool:
        raise AssertionError("a dry run does nothing")

    carry_out([Step(title="Do it", detail="make -B all", action=refuse, skip=refuse)], dry=True)
    assert capsys.readouterr().out == "Do it\n    make -B all\n"


def test_of_equal_steps_the_first_is_done_at_its_place() -> None:
    done: list[str] = []
    carry_out(
        [
            Step(title="Install Go", detail="pip install", action=lambda: done.append("first Go")),
            Step(title="Build", detail="go build", action=lambda: done.append("build")),
            Step(title="Install Go", detail="pip install", action=lambda: done.append("second Go")),
            Step(title="Build", detail="go build -race", action=lambda: done.append("build with the race detector")),
        ]
    )
    assert done == ["first Go", "build", "build with the race detector"]


def test_a_plan_names_equal_steps_once(capsys: pytest.CaptureFixture[str]) -> None:
    step = Step(title="Install Go", detail="pip install", action=lambda: None)
    carry_out([step, step], dry=True)
    assert capsys.readouterr().out == "Install Go\n    pip install\n"


def test_after_a_step_that_fails_none_is_begun() -> None:
    done: list[str] = []

    def fail() -> None:
        raise UserError("it failed")

    with pytest.raises(UserError, match="it failed"):
        carry_out(
            [Step(title="one", detail="", action=fail), Step(title="two", detail="", action=lambda: done.append("two"))]
        )
    assert not done


HOSTILE = "[/x] [red]file[/red] :bug: \x1b[31m\u202e"
SHOWN = "[/x] [red]file[/red] :bug: \\x1b[31m\\u202e"


@pytest.mark.parametrize("skipped", [True, False])
@pytest.mark.parametrize("stream", [True, False])
def test_what_a_step_says_is_never_read_as_markup(
    capsys: pytest.CaptureFixture[str], stream: bool, skipped: bool
) -> None:
    carry_out([Step(title=HOSTILE, detail=HOSTILE, action=lambda: None, skip=lambda: skipped, stream=stream)])
    printed = capsys.readouterr().err
    assert f"- {SHOWN}: {'up to date' if skipped else 'done in'}" in printed
    assert "\x1b" not in printed
    if stream and not skipped:
        assert f"- {SHOWN}: {SHOWN}\n" in printed


def test_a_plan_shows_control_characters_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    carry_out([Step(title=HOSTILE, detail="a\n\tb\r", action=lambda: None)], dry=True)
    assert capsys.readouterr().out == f"{SHOWN}\n    a\n\tb\\r\n"


def test_a_question_shows_text_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    file = io.StringIO()
    assert Terminal(file=file).confirm(HOSTILE)
    assert SHOWN in file.getvalue()


def test_a_table_and_a_spinner_show_text_as_it_is() -> None:
    terminal = Terminal(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    table = Table(HOSTILE, title=HOSTILE)
    table.add_row(HOSTILE)
    terminal.print(table)
    with terminal.status(HOSTILE) as status:
        assert str(status.renderable.text) == SHOWN
        status.update("[/y] \x1b[32m")
        assert str(status.renderable.text) == "[/y] \\x1b[32m"
    printed = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert printed.count(SHOWN) >= 3
    assert "\x1b[31m" not in printed


def test_a_program_that_fails_is_named_with_how_it_ended() -> None:
    fails = program_step("The linter", [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(UserError, match=r"The linter failed with exit code 3: read its report above"):
        carry_out([fails])
    killed = program_step("The linter", [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
    with pytest.raises(UserError, match=r"The linter was ended by SIGKILL: read its report above"):
        carry_out([killed])


def test_a_program_runs_in_its_folder_with_its_variables(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os; print(os.getcwd(), os.environ['COLOUR'])"
    step = program_step("Look", [sys.executable, "-c", code], cwd=GRAFANA, env=lambda: {"COLOUR": "blue"})
    assert step.detail.endswith(" in grafana")
    carry_out([step])
    assert capfd.readouterr().out == f"{GRAFANA} blue\n"


def test_a_fingerprint_changes_with_contents_names_and_facts(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    first = fingerprint.digest([file], "v1")
    assert fingerprint.digest([file], "v1") == first
    assert fingerprint.digest([file], "v2") != first
    file.write_text("2")
    assert fingerprint.digest([file], "v1") != first
    file.write_text("1")
    assert fingerprint.digest([file.rename(tmp_path / "b")], "v1") != first


def test_an_output_is_current_only_for_its_own_inputs(tmp_path: Path) -> None:
    output = tmp_path / "binary"
    fingerprint.mark(output, "abc")
    assert not fingerprint.is_current(output, "abc"), "the output itself is missing"
    output.write_text("")
    assert fingerprint.is_current(output, "abc")
    assert not fingerprint.is_current(output, "def")


@pytest.mark.parametrize(
    ("version", "taken"), [("go1.25.9", False), ("go1.26.7", False), ("go1.26.8", True), ("go1.30", True)]
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
    monkeypatch.setattr("spcsmetrics.core.groups.script", lambda _: locked)
    toolchain.find_go.cache_clear()
    try:
        assert toolchain.find_go() == (mine if taken else locked)
    finally:
        toolchain.find_go.cache_clear()
