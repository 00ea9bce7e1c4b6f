"""The processes of a run: started with logs, watched, and ended together."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spcsmetrics.core import polls, ports
from spcsmetrics.core.errors import Terminated, UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.local import processes
from spcsmetrics.local.processes import Process, Run, open_run, open_temporary_run, wait_until

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Double:
    """A process that records what it is asked to do."""

    def __init__(self, name: str, record: list[str], *, stubborn: bool = False, signals: tuple[int, ...] = ()) -> None:
        self.name, self.record, self.stubborn, self.signals = name, record, stubborn, signals

    def terminate(self) -> None:
        self.record.append(f"terminate {self.name}")
        for number in self.signals:
            os.kill(os.getpid(), number)

    def kill(self) -> None:
        self.record.append(f"kill {self.name}")
        self.stubborn = False

    def wait(self, timeout: float | None = None) -> int:
        if self.stubborn:
            raise subprocess.TimeoutExpired(self.name, timeout or 0)
        self.record.append(f"{self.name} ended")
        return 0

    def poll(self) -> None:
        return None


def add(run: Run, name: str, record: list[str], **options: Any) -> None:
    run.processes.append(Process(name=name, popen=Double(name, record, **options), log=run.folder / name))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """See that every signal has the handler afterwards that it had before."""
    before = [signal.getsignal(number) for number in ENDING]
    yield
    assert [signal.getsignal(number) for number in ENDING] == before


def test_the_last_started_is_ended_first_and_a_stubborn_one_is_killed(tmp_path: Path) -> None:
    record: list[str] = []
    with open_run(tmp_path) as run:
        add(run, "simulator", record)
        add(run, "store", record, stubborn=True)
        add(run, "collector", record)
    assert record == [
        *("terminate collector", "terminate store", "terminate simulator"),
        *("collector ended", "kill store", "store ended", "simulator ended"),
    ]
    assert not run.processes


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_run_as_ctrl_c_does(tmp_path: Path, number: signal.Signals) -> None:
    started: list[Process] = []

    def run_until_signal() -> None:
        with open_run(tmp_path) as run:
            started.append(run.start("sleeper", ["sleep", "60"]))
            os.kill(os.getpid(), number)

    with pytest.raises(KeyboardInterrupt) as ended:
        run_until_signal()
    assert started[0].popen.returncode == -signal.SIGTERM
    assert isinstance(ended.value, Terminated) is (number != signal.SIGINT), "which decides between 143 and 130"


def test_further_signals_do_not_break_off_the_end(tmp_path: Path) -> None:
    record: list[str] = []
    with open_run(tmp_path) as run:
        add(run, "first", record)
        add(run, "second", record, signals=ENDING)
    assert record == ["terminate second", "terminate first", "second ended", "first ended"]


def test_an_error_ends_the_processes_too(tmp_path: Path) -> None:
    record: list[str] = []

    def fail() -> None:
        with open_run(tmp_path) as run:
            add(run, "store", record)
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        fail()
    assert record == ["terminate store", "store ended"]


def test_a_process_logs_to_the_folder_with_its_variables_and_its_own_session(tmp_path: Path) -> None:
    code = "import os, sys; print(os.environ['COLOUR'], os.getcwd(), os.getsid(0) == os.getpid(), sys.stdin.read())"
    with open_run(tmp_path / "run") as run:
        started = run.start("show", [sys.executable, "-c", code], env={"COLOUR": "blue"}, url="http://x")
        assert started.popen.wait(10) == 0
        assert started.log == tmp_path / "run" / "show.log"
        assert started.log.read_text() == f"blue {ROOT} True \n"
        assert started.url == "http://x"


@pytest.mark.parametrize(
    ("code", "said"), [("print('first'); print('no port is free')", "no port is free"), ("", "it logged nothing")]
)
def test_a_process_that_ends_by_itself_is_named_with_its_last_line(tmp_path: Path, code: str, said: str) -> None:
    with open_run(tmp_path) as run:
        run.check()
        process = run.start("store", [sys.executable, "-c", code])
        process.popen.wait(10)
        with pytest.raises(UserError) as caught:
            wait_until(run, lambda: False, "the start of the store")
    assert str(caught.value) == f"the store ended by itself, see {process.log}: {said}"


def test_what_does_not_happen_in_time_is_named_with_the_logs(tmp_path: Path) -> None:
    with open_run(tmp_path) as run:
        wait_until(run, lambda: True, "the start", 0)
        with pytest.raises(UserError) as caught:
            wait_until(run, lambda: False, "the start of the store", 0)
    assert str(caught.value) == f"the start of the store did not happen within 0 s: read the logs in {tmp_path}"


@pytest.mark.parametrize(
    ("error", "stays"), [(None, False), (KeyboardInterrupt, False), (ValueError, False), (UserError, True)]
)
def test_a_temporary_folder_stays_only_where_a_sentence_points_to_its_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException] | None, stays: bool
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    try:
        with open_temporary_run("demo") as run:
            assert run.folder.name.startswith("spcs-demo-")
            if error:
                raise error
    except (KeyboardInterrupt, ValueError, UserError):
        pass
    assert run.folder.exists() == stays


def test_an_address_that_nothing_listens_on_does_not_answer() -> None:
    assert not processes.answers(f"http://127.0.0.1:{ports.find_free()}")


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_polling_asks_until_the_very_end_and_once_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(polls, "time", clock)
    assert list(polls.poll(clock.monotonic, seconds=5, pause=2)) == [0, 2, 4, 5]
    assert list(polls.poll(clock.monotonic, seconds=0)) == [5]


def test_polling_without_a_bound_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(polls, "time", clock)
    endless = polls.poll(clock.monotonic, pause=100)
    assert [next(endless) for _ in range(4)] == [0, 100, 200, 300]
