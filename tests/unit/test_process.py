"""Running other programs: what comes back, and what is said when they fail."""

import sys
import textwrap
from pathlib import Path

import pytest
from waiting import wait_for

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def test_standard_output_comes_back_alone() -> None:
    assert process.run(python("import sys; print('out'); print('err', file=sys.stderr)")) == "out\n"


def test_variables_are_set_beside_those_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "1")
    assert process.run(python("import os; print(os.environ['OURS'], os.environ['THEIRS'])"), env={"THEIRS": "2"}) == (
        "1 2\n"
    )


def test_a_command_runs_in_its_folder(tmp_path: Path) -> None:
    assert process.run(python("import os; print(os.getcwd())"), cwd=tmp_path) == f"{tmp_path}\n"


@pytest.mark.parametrize("call", [process.run, process.stream])
def test_a_missing_command_is_named(call: object) -> None:
    with pytest.raises(UserError, match=r"^no-such-program is not installed or not on the PATH$"):
        call(["no-such-program"])  # type: ignore[operator]


def test_a_missing_command_comes_with_what_to_do() -> None:
    with pytest.raises(UserError, match=r"^npm is not installed or not on the PATH: install Node\.js$"):
        process.run(["npm", "ci"], env={"PATH": "/nowhere"}, remedy="install Node.js")


def test_a_program_is_looked_for_on_the_path_that_it_gets(tmp_path: Path) -> None:
    program = tmp_path / "hello"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    assert process.run(["hello"], env={"PATH": str(tmp_path)}) == "hello\n"


def test_a_failed_command_shows_its_last_lines_and_what_to_do() -> None:
    code = "import sys; print(*range(99), sep='\\n', flush=True); sys.exit('the disk is full')"
    with pytest.raises(UserError, match=r"failed with exit code 1: free some space; its last lines:\n") as caught:
        process.run(python(code), remedy="free some space")
    lines = str(caught.value).splitlines()[1:]
    assert lines == [*map(str, range(85, 99)), "the disk is full"]


def test_a_killed_command_is_said_to_be_killed() -> None:
    with pytest.raises(UserError, match="was ended by SIGTERM"):
        process.run(python("import os; os.kill(os.getpid(), 15)"))


def test_a_log_keeps_both_streams_and_is_named_when_the_command_fails(tmp_path: Path) -> None:
    log = tmp_path / "deep" / "log"
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr)"
    assert process.run(python(code), log=log) == "out\nerr\n"
    assert log.read_text() == "out\nerr\n"
    with pytest.raises(UserError) as caught:
        process.run(python(f"{code}; sys.exit(2)"), log=log)
    assert f"failed with exit code 2; its last lines (all of it in {log}):\nout\nerr" in str(caught.value)


def test_a_streamed_command_writes_to_the_terminal_and_gives_its_exit_code(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = "import os, sys; print(os.getcwd(), os.environ['COLOUR']); sys.exit(3)"
    assert process.stream(python(code), cwd=tmp_path, env={"COLOUR": "blue"}) == 3
    assert capfd.readouterr().out == f"{tmp_path} blue\n"


def test_what_runs_beside_a_block_is_awaited_and_its_failure_is_left_to_what_needs_it(tmp_path: Path) -> None:
    done = tmp_path / "done"
    code = f"import pathlib, sys, time; time.sleep(0.2); pathlib.Path({str(done)!r}).touch(); sys.exit(1)"
    with process.running(python(code)):
        assert not done.exists()
    assert done.exists()


@pytest.mark.parametrize("end", [KeyboardInterrupt, UserError])
def test_what_runs_beside_a_block_that_fails_is_ended_with_all_that_it_started(
    end: type[BaseException], tmp_path: Path
) -> None:
    told = tmp_path / "told"
    code = f"""
        import pathlib, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        pathlib.Path({str(told)!r}).write_text(str(child.pid))
        child.wait()
    """

    def fail() -> None:
        with process.running(python(code)):
            wait_for(lambda: told.exists() and told.read_text() != "", 10)
            raise end

    with pytest.raises(end):
        fail()
    # What it started may be a zombie for a moment until init reaps it.
    wait_for(lambda: not is_running(int(told.read_text())), 5)


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
