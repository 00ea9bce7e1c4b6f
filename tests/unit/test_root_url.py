"""Grafana's own address, which is known once the service is there, and which links in its messages need."""

from typing import Any

import pytest

from spcsmetrics.deploy import arrival, readiness
from spcsmetrics.deploy.settings import parse_settings

URL = "https://boards-acme.snowflakecomputing.app"


@pytest.mark.parametrize(("environment", "advised"), [({}, True), ({"GF_SERVER_ROOT_URL": URL}, False)])
def test_who_has_not_set_the_address_learns_it_when_the_service_is_ready(
    environment: dict[str, str], advised: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(readiness, "wait_until_ready", lambda *_, **__: URL)
    arrival.finish(lambda _: [], parse_settings({"environment": environment}), 1)
    printed = capsys.readouterr()
    assert printed.out == f"{URL}\n"
    assert (f'GF_SERVER_ROOT_URL = "{URL}"' in " ".join(printed.err.split())) is advised
