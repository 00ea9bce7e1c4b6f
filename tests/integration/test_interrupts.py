"""Ctrl-C, which a terminal sends to a task and to the command that it runs."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.polls import poll


def interrupt(caller: str, tmp_path: Path, *, stop_seconds: float = 20) -> tuple[str, int]:
    """Press Ctrl-C in a group of a caller and its command; return what the caller printed, and the command's PID."""
    file = tmp_path / "pid"
    code = f"""
        import os, sys
        from pathlib import Path
        from spcsmetrics.core import process
        process._STOP_SECONDS = {stop_seconds}
        try:
            {caller}
        except KeyboardInterrupt:
            print("interrupted")
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)
    while not (file.exists() and file.read_text()):
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    printed, _ = running.communicate(timeout=30)
    return printed, int(file.read_text())


def ends(pid: int) -> bool:
    """Return whether a process ends; a zombie, whose parent has not read its exit code, has ended too."""

    def has_ended() -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return any(poll(has_ended, seconds=10))


# Writes its PID when Ctrl-C may come, and takes longer to end than Python's own half a second of patience.
TIDY = """
import os, sys, time
try:
    open('pid', 'w').write(str(os.getpid())); time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.7); print('tidied up', flush=True)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN); open('pid', 'w').write(str(os.getpid())); time.sleep(60)
"""


def test_ctrl_c_lets_a_streamed_command_tidy_up(tmp_path: Path) -> None:
    printed, pid = interrupt(f"process.stream([sys.executable, '-c', {TIDY!r}], cwd=Path({str(tmp_path)!r}))", tmp_path)
    assert printed == "tidied up\ninterrupted\n"
    assert ends(pid)


@pytest.mark.parametrize("call", ["stream", "run", "log"])
def test_ctrl_c_leaves_no_command_behind(tmp_path: Path, call: str) -> None:
    log = f", log=Path({str(tmp_path / 'log')!r})" if call == "log" else ""
    called = f"process.{'run' if log else call}([sys.executable, '-c', {STUBBORN!r}], cwd=Path({str(tmp_path)!r}){log})"
    printed, pid = interrupt(called, tmp_path, stop_seconds=0.1)
    assert printed == "interrupted\n"
    assert ends(pid)


# A compiler that started another process, which writes its PID.
COMPILER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, '-c', "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"])
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_compiler_with_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    code = f"""
        import signal, sys
        from pathlib import Path
        from spcsmetrics.core import process
        from spcsmetrics.tasks import __main__ as program
        signal.signal(signal.SIGTERM, program._terminate)
        signal.signal(signal.SIGHUP, program._terminate)
        folder = Path({str(tmp_path)!r})
        process.run([sys.executable, "-c", {COMPILER!r}], cwd=folder, log=folder / "log")
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)
    file = tmp_path / "pid"
    while not (file.exists() and file.read_text()):
        assert running.poll() is None
    running.send_signal(number)
    _, said = running.communicate(timeout=30)
    assert "Terminated" in said
    assert ends(int(file.read_text()))
