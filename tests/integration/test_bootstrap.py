"""./inv on machines that lack something."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.polls import poll


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with inv and the lock alone, and an empty bin folder."""
    shutil.copy(ROOT / "inv", tmp_path)
    (tmp_path / "locks").mkdir()
    shutil.copy(ROOT / "locks" / "runtime.txt", tmp_path / "locks")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "dirname", "cmp", "cp", "cat", "rm", "mktemp"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def fake_python(checkout: Path, body: str) -> None:
    python = checkout / "bin" / "python3"
    # The real one makes a process group of what it is asked to start.
    group = 'case "$2" in *setpgid*) shift 2; exec "$@" ;; esac'
    python.write_text(f"#!/bin/sh\n{group}\n{body}\n")
    python.chmod(0o755)


def run(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "inv", "-l"], capture_output=True, check=False, text=True, env={"PATH": str(checkout / "bin")}
    )


def test_without_python_it_says_what_to_install(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 1
    assert done.stderr == "inv: Python 3.11 or newer is needed and none is on the PATH: install python3\n"


def test_an_old_python_is_not_taken(checkout: Path) -> None:
    fake_python(checkout, "exit 1")
    assert "Python 3.11 or newer is needed" in run(checkout).stderr


def test_a_python_without_venv_is_named(checkout: Path) -> None:
    fake_python(checkout, 'case "$2" in *ensurepip*) exit 1;; esac')
    done = run(checkout)
    assert done.returncode == 1
    assert done.stderr == (
        "inv: python3 has no venv module: install it (on Debian and Ubuntu: apt install python3-venv)\n"
    )


def test_a_failed_installation_is_tried_again(checkout: Path) -> None:
    make_venv = 'echo made >> "$4.log"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python"'
    refuse_pip = 'case "$*" in *"pip install"*) exit 1;; esac'
    fake_python(checkout, f'if [ "$2" = venv ]; then {make_venv}; fi\n{refuse_pip}')
    (checkout / "bin" / "mkdir").symlink_to(str(shutil.which("mkdir")))
    for attempt in (1, 2):
        done = run(checkout)
        assert done.returncode == 1
        assert "the dependencies could not be installed: check the network" in done.stderr
        assert len((checkout / ".venv.log").read_text().splitlines()) == attempt


def test_words_are_handed_to_the_tasks_as_they_are(checkout: Path) -> None:
    make_venv = 'mkdir -p "$4/bin"; cp "$0" "$4/bin/python"'
    show = 'if [ "$2" = spcsmetrics.tasks ]; then echo "$PYTHONPATH"; for word; do echo "<$word>"; done; fi'
    fake_python(checkout, f'if [ "$2" = venv ]; then {make_venv}; fi\n{show}')
    (checkout / "bin" / "mkdir").symlink_to(str(shutil.which("mkdir")))
    command = [str(checkout / "inv"), "logs", "a b", "--lines=1"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, env={"PATH": str(checkout / "bin")})
    assert done.stdout == f"{checkout}\n<-m>\n<spcsmetrics.tasks>\n<logs>\n<a b>\n<--lines=1>\n"


def test_a_python_that_does_not_run_is_replaced(checkout: Path) -> None:
    venv = checkout / ".venv"
    (venv / "bin").mkdir(parents=True)
    shutil.copy(checkout / "locks" / "runtime.txt", venv / "runtime.lock")
    (venv / "place").write_text(f"{venv}\n")
    # An empty file is a shell script to some shells, and ends well.
    (venv / "bin" / "python").touch(0o755)
    fake_python(checkout, 'if [ "$2" = venv ]; then echo "anew" >&2; exit 1; fi')
    done = run(checkout)
    assert done.returncode == 1
    assert (
        "inv: making .venv with the locked dependencies (first use, or the lock, Python or the folder changed)"
        in done.stderr
    )


def test_an_environment_that_was_moved_is_made_anew(checkout: Path, tmp_path: Path) -> None:
    (checkout / "bin" / "mkdir").symlink_to(str(shutil.which("mkdir")))
    fake_python(
        checkout,
        f'case "$*" in *"-m venv"*) echo made >>{checkout}/record; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;\n'
        "*-ISc*) echo runs ;;\nesac",
    )
    assert [run(checkout).returncode for _ in range(2)] == [0, 0]
    assert (checkout / "record").read_text() == "made\n", "the second run takes it as it is"
    moved = tmp_path / "moved here"
    moved.mkdir()
    for name in ("inv", "locks", ".venv"):
        (checkout / name).rename(moved / name)
    command, env = [str(moved / "inv"), "-l"], {"PATH": str(checkout / "bin")}
    for _ in range(2):
        done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0
    assert done.stderr == ""
    assert (checkout / "record").read_text() == "made\nmade\n"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full, so {} is incomplete: free some space"),
        ("Error: [Errno 13] Permission denied: x", "{} cannot be written to: let your user write there"),
    ],
)
def test_a_disk_that_takes_no_environment_is_one_sentence(checkout: Path, said: str, sentence: str) -> None:
    fake_python(checkout, f'if [ "$2" = venv ]; then echo "{said}" >&2; exit 1; fi')
    done = run(checkout)
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [f"inv: {sentence.format(checkout / '.venv')}, then run ./inv again"]


@pytest.mark.parametrize(("kilobytes", "full"), [(2_000, True), (9_000_000, False)])
def test_a_pip_that_fails_without_a_reason_on_a_full_disk_has_one(checkout: Path, kilobytes: int, full: bool) -> None:
    fake_python(checkout, 'if [ "$2" = venv ]; then echo "ensurepip returned 1" >&2; exit 1; fi')
    disk = checkout / "bin" / "df"
    disk.write_text(
        f"#!/bin/sh\necho Filesystem 1024-blocks Used Available Capacity Mounted on\necho /dev/x 9 9 {kilobytes} 9% /\n"
    )
    disk.chmod(0o755)
    said = run(checkout).stderr
    assert ("the disk is full" in said, "ensurepip returned 1" in said) == (full, not full)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_what_makes_the_environment(checkout: Path, number: signal.Signals, code: int) -> None:
    for tool in ("flock", "mkdir", "touch", "sleep"):
        (checkout / "bin" / tool).symlink_to(str(shutil.which(tool)))
    python = checkout / "bin" / "python3"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in\n*setpgid*) exec {sys.executable} "$@" ;;\n'
        f"*'-m venv'*) sleep 60 & echo $! >{checkout}/child; wait ;;\nesac\n"
    )
    python.chmod(0o755)
    # A shell cannot trap what was ignored when it started, as nohup has it.
    heed = (
        "import os, signal, sys; signal.signal(int(sys.argv[1]), signal.SIG_DFL); os.execv(sys.argv[2], sys.argv[2:])"
    )
    command = [sys.executable, "-c", heed, str(int(number)), str(checkout / "inv"), "-l"]
    env = {"PATH": str(checkout / "bin"), "TMPDIR": str(checkout)}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as started:
        child = checkout / "child"
        while not (child.exists() and child.read_text()):
            assert started.poll() is None
        pid = int(child.read_text())
        started.send_signal(number)
        _, said = started.communicate(timeout=20)
    assert started.returncode == code
    assert said.splitlines()[1:] == ["inv: stopped"]
    assert any(poll(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", seconds=10))
    assert not [*checkout.glob("tmp.*")]


def test_of_several_at_once_one_makes_the_environment(checkout: Path) -> None:
    for tool in ("flock", "mkdir", "touch", "sleep"):
        (checkout / "bin" / tool).symlink_to(str(shutil.which(tool)))
    # Stands in for Python and for the one of .venv, which it takes a moment to make.
    fake_python(
        checkout,
        'case "$*" in\n'
        f"*'-m venv'*) echo made >>{checkout}/record; sleep 0.1; mkdir -p {checkout}/.venv/bin;"
        f' cp "$0" {checkout}/.venv/bin/python ;;\n'
        "*-ISc*) echo runs ;;\nesac",
    )
    command, env = [str(checkout / "inv"), "-l"], {"PATH": str(checkout / "bin")}
    several = [subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) for _ in range(4)]
    assert [one.wait(20) for one in several] == [0] * 4
    assert (checkout / "record").read_text() == "made\n"
