"""Waiting for a service, on an account that answers with the rows of one state after the other."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import readiness
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.settings import Settings

SETTINGS = Settings()
NAME = SETTINGS.service_name


def container(name: str, status: str, message: str = "") -> dict[str, Any]:
    return {"container_name": name, "status": status, "message": message, "image_name": f"/a/b/c/{name}:1"}


class Service:
    """Answers the statements about a service, and refuses every other; each look at its containers is a moment."""

    def __init__(self, *moments: list[dict[str, Any]], url: str = "a-b.snowflakecomputing.app") -> None:
        self.moments = iter(moments)
        self.now: list[dict[str, Any]] = []
        self.url = url
        self.upgrading: Iterator[str] = iter(())
        self.status: Iterator[str] = iter(())
        self.logs: str | RefusedError = "the last line"

    def query(self, sql: str) -> list[dict[str, Any]]:
        if sql == f"DESCRIBE SERVICE {NAME}":
            return [{"status": next(self.status, "RUNNING"), "is_upgrading": next(self.upgrading, "false")}]
        if sql == f"SHOW SERVICE CONTAINERS IN SERVICE {NAME}":
            self.now = next(self.moments, self.now)
            return self.now
        if sql == f"SHOW ENDPOINTS IN SERVICE {NAME}":
            return [{"name": "grafana", "ingress_url": self.url}]
        if sql.startswith("SELECT SYSTEM$GET_SERVICE_LOGS("):
            if isinstance(self.logs, RefusedError):
                raise self.logs
            return [{"logs": self.logs}]
        raise AssertionError(f"this statement is unexpected: {sql}")


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


READY = [container("otel", "READY"), container("grafana", "READY")]


def test_what_is_waited_for_is_said_until_everything_runs() -> None:
    late = [container("otel", "READY"), container("grafana", "PENDING", "Waiting to start")]
    service, said = Service([], [{"container_name": ""}], late, READY), list[str]()
    assert readiness.wait_until_ready(service.query, SETTINGS, 60, said.append) == "https://a-b.snowflakecomputing.app"
    assert said == ["the containers do not exist yet"] * 2 + ["grafana is PENDING (Waiting to start)"]


def test_containers_of_the_old_specification_do_not_end_the_wait() -> None:
    service, said = Service(READY), list[str]()
    service.upgrading = iter(["true", "TRUE", "false"])
    readiness.wait_until_ready(service.query, SETTINGS, 60, said.append)
    assert said == ["the service changes over to the new specification"] * 2


@pytest.mark.parametrize("url", ["", "Endpoints provisioning in progress... check back in a few minutes"])
def test_a_sentence_in_the_place_of_the_address_is_not_taken_for_one(url: str) -> None:
    with pytest.raises(UserError, match="was not ready within 0 s: the endpoint has no address"):
        readiness.wait_until_ready(Service(READY, url=url).query, SETTINGS, 0, lambda _: None)


def test_an_address_that_is_not_there_yet_is_waited_for_also_where_it_must_be_private() -> None:
    """The account gives both at once, and until then nothing says that it has no private one."""
    sentence = "Endpoints provisioning in progress... check back in a few minutes"
    with pytest.raises(UserError, match="was not ready within 0 s: the endpoint has no address"):
        readiness.wait_until_ready(
            Service(READY, url=sentence).query, replace(SETTINGS, private_link="on"), 0, lambda _: None
        )


def test_the_report_has_the_last_lines_of_those_that_do_not_run_alone() -> None:
    failed = [container("otel", "READY"), container("grafana", "FAILED", "Readiness probe is failing")]
    with pytest.raises(UserError) as refused:
        readiness.wait_until_ready(Service(failed).query, SETTINGS, 0, lambda _: None)
    assert "grafana is FAILED (Readiness probe is failing), image /a/b/c/grafana:1" in str(refused.value)
    assert "the last line" in str(refused.value)
    assert "image /a/b/c/otel:1" not in str(refused.value)


@pytest.mark.parametrize(
    ("logs", "words"), [("", "(none)"), (RefusedError("the role may not read logs", 3001), "may not read logs")]
)
def test_logs_that_cannot_be_had_do_not_hide_the_reason(logs: str | RefusedError, words: str) -> None:
    service = Service([container("otel", "PENDING")])
    service.logs = logs
    with pytest.raises(UserError) as refused:
        readiness.wait_until_ready(service.query, SETTINGS, 0, lambda _: None)
    assert words in str(refused.value)
    assert "otel is PENDING (no message)" in str(refused.value)


def test_a_service_is_waited_for_until_it_stands_still() -> None:
    service = Service()
    service.status = iter(["RUNNING", "SUSPENDING", "SUSPENDED"])
    readiness.wait_until_suspended(service.query, SETTINGS, 60)
    assert next(service.status, None) is None


def test_a_service_that_does_not_stop_is_named_with_its_state() -> None:
    with pytest.raises(UserError, match=f"{NAME} is still RUNNING after 0 s"):
        readiness.wait_until_suspended(Service().query, SETTINGS, 0)


@pytest.mark.parametrize(
    ("states", "error"), [(["CREATING", "CREATED"], ""), (["ERROR"], "X is ERROR, so the service")]
)
def test_a_service_goes_only_once_its_snapshot_is_made(
    states: list[str], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spcsmetrics.deploy.readiness.time.sleep", lambda _: None)
    left = iter(states)

    def execute(_: str) -> list[Any]:
        return [{"name": "X", "state": next(left)}]

    with pytest.raises(UserError, match=error) if error else contextlib.nullcontext():
        readiness.wait_until_kept(execute, SETTINGS, ["X"], 60)
    assert list(left) == []
