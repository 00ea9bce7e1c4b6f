"""Running ./inv in the process of the tests, which is quicker than starting it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from spcsmetrics.tasks.program import Inv


@dataclass
class Done:
    """How a run of ./inv ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def in_process(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs ./inv with some words."""
    # Invoke sets it.
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)

    def run(*words: str) -> Done:
        code = 0
        try:
            Inv().run(["./inv", *words])
        except SystemExit as end:
            code = int(end.code or 0)
        return Done(code, *capsys.readouterr())

    return run
