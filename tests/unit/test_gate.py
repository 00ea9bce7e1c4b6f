"""The gate that every task passes through: what goes wrong in one ends it with a sentence."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from invoke import Collection, Context, Task
from program import Run, in_process
from requests.utils import get_environ_proxies

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import make_folder
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.proxies import exempt_loopback
from spcsmetrics.programs import gobuild
from spcsmetrics.tasks import program
from spcsmetrics.tasks.command import Command
from spcsmetrics.tasks.namespace import namespace


@pytest.fixture
def inv(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return in_process(capsys, monkeypatch)


def failing(error: BaseException) -> Command:
    def body(_context: Context) -> None:
        raise error

    return Command(body)


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UserError("the file is gone: make it anew"), 1, "inv: the file is gone: make it anew"),
        (UserError("\x1b[31mred"), 1, "inv: \\x1b[31mred"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/x/build"),
            1,
            "inv: /x/build: permission denied: let your user write there, then run it again",
        ),
        (
            OSError(errno.EROFS, "Read-only file system", "/x/build"),
            1,
            "inv: /x/build: read-only file system: work in a clone that can be written to, then run it again",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            "inv: no space left on device: free some space, then run it again",
        ),
        (OSError(errno.EIO, "I/O error", "f"), 1, "inv: f: I/O error: mend this, then run it again"),
        (OSError("a proxy\nis gone"), 1, "inv: a proxy is gone: mend this and run it again"),
        (
            ModuleNotFoundError("No module named 'yaml'", name="yaml"),
            1,
            "inv: the module yaml is missing: run ./inv, which installs what is locked",
        ),
        (KeyboardInterrupt(), 130, "inv: stopped"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_goes_wrong_in_a_task_is_one_sentence(
    inv: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, sentence: str
) -> None:
    monkeypatch.setattr(program, "namespace", Collection(failing=failing(error)))
    done = inv("failing")
    assert (done.code, done.err) == (code, f"{sentence}\n")


@pytest.mark.parametrize(
    "error", [ValueError("a fault of ours"), ModuleNotFoundError("gone", name="spcsmetrics.gone"), BrokenPipeError()]
)
def test_a_fault_of_the_program_is_not_hidden(inv: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    monkeypatch.setattr(program, "namespace", Collection(failing=failing(error)))
    with pytest.raises(type(error)):
        inv("failing")


def test_every_task_passes_through_the_gate() -> None:
    every = [namespace[name] for name in namespace.task_names]
    assert all(isinstance(one, Command) for one in every)
    assert not any(type(one) is Task for one in every)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a copy of what the task test reads before it begins."""
    for name in ("monitoring", "simulator", "spcsmetrics", "otel-builder", "prometheus", "plugins", "locks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run_in(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run the task test in a clone, which ends before anything is tested."""
    env = {**os.environ, "PYTHONPATH": str(clone), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "spcsmetrics.tasks", "test"]
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=clone, env=env)


def test_a_file_where_build_belongs_is_one_sentence(clone: Path) -> None:
    (clone / "build").write_text("")
    done = run_in(clone)
    assert done.returncode == 1
    assert done.stderr == f"inv: {clone / 'build'} is a file where a folder belongs: move it away, then run it again\n"


def test_a_build_that_cannot_be_written_to_is_one_sentence(clone: Path) -> None:
    clone.chmod(0o555)
    try:
        if os.access(clone, os.W_OK):
            pytest.skip("this user may write everywhere")
        done = run_in(clone)
    finally:
        clone.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr == (f"inv: {clone / 'build'}: permission denied: let your user write there, then run it again\n")


def test_a_compiler_does_not_start_where_it_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gobuild, "ROOT", tmp_path)
    (tmp_path / "build").write_text("")
    step = gobuild.compile_step("Build", tmp_path / "build" / "otel" / "doctor", "linux/amd64", module=ROOT)
    with pytest.raises(UserError, match=r"/build is a file where a folder belongs: move it away"):
        step.action()


def test_a_folder_that_cannot_be_written_to_is_named_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "/somewhere/tmpabc")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(OSError, match="Read-only") as refused:
        make_folder(tmp_path / "new")
    assert refused.value.filename == str(tmp_path / "new")


@pytest.mark.parametrize("words", [[], ["--help"], ["demo", "-h"]], ids=["list", "help", "help of a task"])
def test_a_page_that_cannot_be_written_is_one_sentence(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "spcsmetrics.tasks", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, text=True, cwd=ROOT)
    sentence = "inv: no space left on device: free some space, then run it again\n"
    assert (done.returncode, done.stderr) == (1, sentence)


def test_ctrl_c_while_modules_load_ends_it_in_silence(tmp_path: Path) -> None:
    # A module of invoke's name that takes long to load, and says when it does.
    (tmp_path / "invoke.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "spcsmetrics.tasks"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path, env=env) as started:
        assert started.stdout
        assert started.stderr
        assert started.stdout.readline() == "loading\n"
        started.send_signal(signal.SIGINT)
        # A shell shows an end by SIGINT as 130.
        assert (started.wait(), started.stderr.read()) == (-signal.SIGINT, "")


def test_a_missing_library_says_what_makes_it_anew(tmp_path: Path) -> None:
    (tmp_path / "invoke.py").write_text("raise ModuleNotFoundError('gone', name='invoke')\n")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "spcsmetrics.tasks"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=tmp_path, env=env)
    sentence = "inv: the module invoke is missing: remove .venv, then run ./inv again, which makes it anew\n"
    assert (done.returncode, done.stderr) == (1, sentence)


def test_this_machine_is_reached_without_the_proxy_and_the_outside_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "example.org")
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    exempt_loopback()
    for host in ("localhost", "127.0.0.1", "127.90.0.1"):
        assert get_environ_proxies(f"http://{host}:9001/") == {}
    assert get_environ_proxies("http://example.com/")["http"] == "http://127.0.0.1:9"
    assert get_environ_proxies("http://example.org/") == {}


def test_a_missing_docker_daemon_is_one_sentence() -> None:
    command = [sys.executable, "-m", "spcsmetrics.tasks", "build", "--only", "otel"]
    env = {"DOCKER_HOST": "unix:///nowhere/docker.sock", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT, env=env)
    assert done.returncode == 1
    assert "no Docker daemon answers: install or start Docker" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    command = [sys.executable, "-m", "spcsmetrics.tasks", "versions"]
    reading, writing = os.pipe()
    os.close(reading)
    # Output that waits in a buffer fails only when it is flushed.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, text=True, cwd=ROOT, env=env)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_plain_invoke_has_the_same_tasks_and_sentences() -> None:
    invoke = [sys.executable, "-m", "invoke"]
    listed = subprocess.run([*invoke, "-l"], capture_output=True, check=True, text=True, cwd=ROOT).stdout
    assert set(re.findall(r"^  (\S+)", listed, re.M)) == set(namespace.task_names)
    wrong = [*invoke, "build", "--only", "mysql"]
    done = subprocess.run(wrong, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr == "inv: --only mysql is not an image: write one of otel, prometheus, grafana\n"
