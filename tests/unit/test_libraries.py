"""The libraries that speak with the account: a plan says so before it installs them."""

from typing import Any

import pytest
from program import Run, in_process

from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step
from spcsmetrics.deploy import preflight, session
from spcsmetrics.tasks import deploy
from spcsmetrics.tasks.command import Command

PLANS = {
    "deploy": [],
    "upgrade": [],
    "rotate": [],
    "grant_viewer": ["BOSS"],
    "undeploy": ["--force"],
    "backup": [],
    "snapshots": ["--drop=OLD"],
    "restore": ["KEPT"],
}


@pytest.fixture
def inv(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def refuse(*_: Any) -> None:
        raise UserError("the account is away")

    monkeypatch.setattr(session, "open_account", refuse)
    monkeypatch.setattr(preflight, "check_settings", lambda _: None)
    return in_process(capsys, monkeypatch)


def test_every_task_of_an_account_with_a_plan_is_listed_here() -> None:
    assert set(PLANS) == {name for name, one in vars(deploy).items() if isinstance(one, Command) and one.plan}


@pytest.mark.parametrize("missing", [True, False], ids=["missing", "installed"])
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_says_that_it_installs_what_reads_the_account(
    inv: Run, monkeypatch: pytest.MonkeyPatch, name: str, missing: bool
) -> None:
    installed: list[str] = []

    def step(group: str) -> Step:
        return Step(title=group, detail="", action=lambda: installed.append(group), skip=lambda: not missing)

    monkeypatch.setattr(groups, "group_step", step)
    done = inv(name.replace("_", "-"), *PLANS[name], "--dry")
    assert "the account is away" in done.err
    assert ("their reader is installed now" in done.err) is missing
    assert installed == ["deploy"] * missing
