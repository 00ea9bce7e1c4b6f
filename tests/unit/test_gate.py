"""The gate that every task passes through: what goes wrong in one ends it with a sentence."""

import errno
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
