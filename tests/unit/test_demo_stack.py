"""The demo of the three images: what it would run, and how it is found and forgotten."""

from pathlib import Path
from typing import Any

import pytest
from trees import read_yaml

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import COMPOSE_FILE
from spcsmetrics.core.steps import Step
from spcsmetrics.images import build
from spcsmetrics.local import running
from spcsmetrics.upkeep import demo_stack


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_FOLDER", tmp_path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the commands of compose, which are answered and not run."""
    found: list[str] = []

    def run(command: list[Any], **_: object) -> str:
        found.append(" ".join(str(word) for word in command))
        return "127.0.0.1:4711\n" if "port" in command else ""

    monkeypatch.setattr(process, "run", run)
    monkeypatch.setattr(demo_stack, "find_compose", lambda: ["docker", "compose"])
    monkeypatch.setattr(demo_stack, "compose_step", lambda: Step(title="compose", detail="", action=str))
    state = {"pools": [{"name": "WEB_POOL"}]}
    monkeypatch.setattr(running.Demo, "ask", lambda *_: state)
    monkeypatch.setattr(build, "image_steps", lambda *_: [])
    return found


@pytest.mark.parametrize(("bases", "grafana"), [("official", True), ("local", False)])
def test_the_stack_is_started_and_other_tasks_find_it_until_it_is_stopped(
    bases: str, grafana: bool, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    demo_stack.start(bases, dry=False)
    assert ("--profile grafana up" in asked[0]) == grafana
    assert running.find_demo("spcs-demo").admin == "http://127.0.0.1:4711"
    said = " ".join(capsys.readouterr().err.split())
    assert ("Boards http://127.0.0.1:4711" in said) == grafana
    assert ("Boards ./inv preview --prometheus http://127.0.0.1:4711" in said) == (not grafana)
    assert "Now try ./inv demo.suspend WEB_POOL" in said
    demo_stack.stop(dry=False)
    assert "down --volumes --remove-orphans" in asked[-1]
    with pytest.raises(UserError, match="a demo of this clone must run"):
        running.find_demo()


def test_a_plan_starts_and_stops_nothing(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    demo_stack.start("official", dry=True)
    demo_stack.stop(dry=True)
    assert asked == []
    assert "docker compose -p spcs-demo up" in capsys.readouterr().out


def test_a_port_that_is_not_published_is_one_sentence(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "run", lambda *_, **__: "")
    with pytest.raises(UserError, match="the container simulator does not publish its port 8080"):
        demo_stack.start("local", dry=False)


def test_the_store_runs_as_shipped_but_for_its_address() -> None:
    overlay = read_yaml(COMPOSE_FILE.with_name("demo.yaml"))
    shipped = (COMPOSE_FILE.parents[2] / "prometheus" / "Dockerfile").read_text()
    for word in overlay["services"]["prometheus"]["command"]:
        as_shipped = word.replace("=0.0.0.0:", "=127.0.0.1:").replace("$$", "$")
        assert f'"{as_shipped}"' in shipped
