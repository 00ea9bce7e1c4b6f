"""A running demo is found by other tasks, and only while it runs."""

import os
from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.local import running
from spcsmetrics.local.running import Demo, announce, find_demo


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_FOLDER", tmp_path / "demos")


def make(pid: int, name: str) -> Demo:
    return Demo(pid=pid, folder=f"/logs/{name}", admin="http://127.0.0.1:1")


def test_a_demo_is_found_while_it_runs() -> None:
    with announce(make(os.getpid(), "spcs-demo-a")):
        assert find_demo().name == "spcs-demo-a"
        assert find_demo("spcs-demo-a").pid == os.getpid()
        with pytest.raises(UserError, match="--demo takes one of spcs-demo-a"):
            find_demo("spcs-demo-b")
    with pytest.raises(UserError, match=r"start \./inv demo in another terminal"):
        find_demo()


def test_the_newest_of_several_is_meant() -> None:
    with announce(make(os.getpid(), "old")), announce(make(os.getppid(), "new")):
        os.utime(running._FOLDER / f"{os.getpid()}.json", (1, 1))
        assert find_demo().name == "new"


def test_a_demo_that_was_killed_is_passed_over() -> None:
    with announce(make(2**22 + 1, "dead")), pytest.raises(UserError):
        find_demo()


def test_a_demo_that_does_not_answer_is_one_sentence() -> None:
    with pytest.raises(UserError, match="spcs-demo-a does not answer"):
        make(1, "spcs-demo-a").ask("GET", "/state")
