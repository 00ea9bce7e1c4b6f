"""Tasks as processes of their own that start in no time: one process loads the libraries, and a fork of it runs each.

A fork may be told to die, as by kill -9, before or after its nth change of the account, a push counted too, inside its
nth push, or inside its nth wait for the account.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from spcsmetrics.core.paths import ROOT

_ASKING = ("SHOW", "DESCRIBE", "SELECT")


@dataclass(frozen=True)
class Done:
    """How a task ended: its exit code, negative for a signal, and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Zygote:
    """The process that forks. It is asked by a line of JSON, and answers with one."""

    process: "subprocess.Popen[str]"
    folder: Path

    def run(
        self,
        *words: str,
        env: dict[str, str] | None = None,
        answer: str | None = None,
        kill: tuple[str, int] | None = None,
    ) -> Done:
        """Run a task. answer is its input, without one it is closed.

        kill is (when, which): before or after a change, in a push, or in a wait.
        """
        out, err, given = (self.folder / name for name in ("task.out", "task.err", "task.in"))
        given.write_text(answer or "")
        asked = {
            "words": words,
            "env": env or {},
            "input": os.fspath(given) if answer is not None else "",
            "out": os.fspath(out),
            "err": os.fspath(err),
            "kill": kill,
        }
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return Done(code, out.read_text(errors="replace"), err.read_text(errors="replace"))


@contextmanager
def open_zygote(folder: Path) -> Iterator[Zygote]:
    """Yield a process whose connections are those of a folder. Its forks end too hard to be measured."""
    folder.mkdir(parents=True, exist_ok=True)
    env = {
        **{name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"},
        "SNOWFLAKE_HOME": os.fspath(folder),
        "COLUMNS": "400",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
    }
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
    )
    try:
        yield Zygote(process, folder)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(20)


def _serve() -> None:
    _load()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked)
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _load() -> None:
    import docker  # noqa: F401, PLC0415
    import jsonschema  # noqa: F401, PLC0415
    import re2  # noqa: F401, PLC0415
    import snowflake.snowpark  # noqa: F401, PLC0415

    from spcsmetrics.deploy import deployment, operations  # noqa: F401, PLC0415
    from spcsmetrics.tasks import __main__, command, namespace, program  # noqa: F401, PLC0415


def _become(asked: dict[str, Any]) -> None:
    """Turn this fork into the task."""
    os.environ.update(asked["env"])
    if asked["input"]:
        os.dup2(os.open(asked["input"], os.O_RDONLY), 0)
        sys.stdin = os.fdopen(0)
    else:
        os.close(0)
        sys.stdin = None
    for number, path in ((1, asked["out"]), (2, asked["err"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    if asked["kill"]:
        _arm(*asked["kill"])
    from spcsmetrics.tasks.__main__ import main  # noqa: PLC0415

    sys.argv = ["./inv", *asked["words"]]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _arm(when: str, which: int) -> None:
    """Let this process die at one of its changes, pushes or waits."""
    if when == "wait":
        _arm_waits(which)
    elif when == "push":
        _arm_pushes(_Death(which))
    else:
        _arm_changes(when, _Death(which))


class _Death:
    """Ends the process at the nth call."""

    def __init__(self, which: int) -> None:
        self._left = which

    def come(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _arm_changes(when: str, death: _Death) -> None:
    from spcsmetrics.deploy import repository, session  # noqa: PLC0415

    def guard(act: Callable[..., Any], *, counts: Callable[..., bool]) -> Callable[..., Any]:
        def guarded(*args: Any, **options: Any) -> Any:
            counted = counts(*args)
            if counted and when == "before":
                death.come()
            done = act(*args, **options)
            if counted and when == "after":
                death.come()
            return done

        return guarded

    changes = guard(session.Account.execute, counts=lambda _, sql: not sql.startswith(_ASKING))
    session.Account.execute = changes  # type: ignore[method-assign]
    repository.push = guard(repository.push, counts=lambda *_: True)


def _arm_pushes(death: _Death) -> None:
    """Let it die while the layers of an image go out."""
    from spcsmetrics.deploy import repository  # noqa: PLC0415

    follow = repository._follow

    def read(stream: Iterator[Any]) -> Iterator[Any]:
        for number, line in enumerate(stream):
            if number == 1:
                death.come()
            yield line

    repository._follow = lambda stream, target: follow(read(stream), target)


def _arm_waits(which: int) -> None:
    """Let it die while its nth wait for the account lasts."""
    from spcsmetrics.deploy import jobs, readiness  # noqa: PLC0415

    begun = 0

    def count(wait: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            nonlocal begun
            begun += 1
            return wait(*args, **options)

        return counted

    def sleep(seconds: float) -> None:
        if begun == which:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(seconds)

    readiness.wait_until_ready = count(readiness.wait_until_ready)
    readiness.wait_until_suspended = count(readiness.wait_until_suspended)
    jobs._wait = count(jobs._wait)
    for module in (jobs, readiness):
        vars(module)["time"] = SimpleNamespace(monotonic=time.monotonic, sleep=sleep)


if __name__ == "__main__":
    _serve()
