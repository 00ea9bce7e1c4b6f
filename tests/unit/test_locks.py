"""What two runs in one clone would write at once, one writes."""

import subprocess
import sys
from pathlib import Path

import pytest

from spcsmetrics.core import locks
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.steps import Step, carry_out

HOLDER = """
import sys
from pathlib import Path
from spcsmetrics.core import locks
locks.BUILD = Path(sys.argv[1])
with locks.hold_build(print):
    print("held", flush=True)
    sys.stdin.readline()
    (locks.BUILD / "made").touch()
"""


def test_the_second_waits_says_so_and_does_not_make_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locks, "BUILD", tmp_path)
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    first = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert first.stdin is not None
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    asked: list[bool] = []

    def is_made() -> bool:
        asked.append((tmp_path / "made").exists())
        if len(asked) == 1:
            assert first.stdin is not None
            first.stdin.write("\n")
            first.stdin.flush()
        return asked[-1]

    def make() -> None:
        raise AssertionError("the first made it")

    carry_out([Step(title="Make it", detail="", action=make, skip=is_made, exclusive=True)])
    assert first.wait(10) == 0
    assert asked == [False, True]
    assert "Make it: up to date" in capsys.readouterr().err
