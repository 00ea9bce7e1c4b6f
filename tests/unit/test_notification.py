"""Alerts that Grafana evaluates: the same as the store's, and sent only where an address is set."""

import json
import re
from typing import Any

import pytest
from trees import read_yaml

from monitoring.boards.reading import panels
from monitoring.rules.alerts import ALERTS
from monitoring.rules.notification import FOLDER
from monitoring.rules.workload_alerts import WORKLOAD_ALERTS
from monitoring.scope import scope_rule
from spcsmetrics.core.paths import BOARD_FOLDER, GRAFANA, NOTIFYING_RULES

RULES: dict[str, dict[str, Any]] = {rule["title"]: rule for rule in read_yaml(NOTIFYING_RULES)["groups"][0]["rules"]}
WAYS = ("webhook", "email")
WORKLOAD = [alert.name for alert in WORKLOAD_ALERTS]


def provisioned(path: str) -> Any:
    return read_yaml(GRAFANA / path)


def test_every_alert_of_the_store_is_there() -> None:
    assert set(RULES) == set(ALERTS)


@pytest.mark.parametrize("name", ALERTS)
def test_it_has_the_query_the_delay_and_the_severity_of_the_stores_alert(name: str) -> None:
    rule = RULES[name]
    assert rule["data"][0]["model"]["expr"] == scope_rule(ALERTS[name].expr)
    assert rule["for"] == ALERTS[name].lasting
    assert rule["labels"] == {"severity": ALERTS[name].severity}


@pytest.mark.parametrize("name", ALERTS)
def test_it_fires_for_every_series_whatever_its_value(name: str) -> None:
    query, found, fires = RULES[name]["data"]
    assert (query["model"]["instant"], found["model"]["type"], fires["model"]["type"]) == (True, "math", "threshold")
    assert f"is_number(${query['refId']})" in found["model"]["expression"]
    assert (fires["model"]["expression"], RULES[name]["condition"]) == (found["refId"], fires["refId"])
    assert RULES[name]["noDataState"] == "OK"


@pytest.mark.parametrize("name", ALERTS)
def test_its_texts_name_values_as_grafana_does(name: str) -> None:
    texts = " ".join(RULES[name]["annotations"].values())
    assert "$value " not in texts
    assert set(re.findall(r"\$(\w+)", texts)) <= {"labels", "values"}
    assert "${" not in texts, "Grafana would put the environment there"


def test_identifiers_are_of_a_length_that_grafana_takes_and_unique() -> None:
    uids = [rule["uid"] for rule in RULES.values()]
    assert len(set(uids)) == len(uids)
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", uid) for uid in uids)


def test_rules_are_in_the_folder_and_read_the_data_source_of_the_boards() -> None:
    assert provisioned("provisioning/dashboards/spcs.yaml")["providers"][0]["folder"] == FOLDER
    source = provisioned("provisioning/datasources/prometheus.yaml")["datasources"][0]["uid"]
    assert {rule["data"][0]["datasourceUid"] for rule in RULES.values()} == {source}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_sends_to_what_its_environment_names_and_nowhere_else(way: str) -> None:
    config = provisioned(f"alerting/{way}.yaml")
    (point,), (policy,) = config["contactPoints"], config["policies"]
    assert {policy["receiver"], *(route["receiver"] for route in policy["routes"])} == {point["name"]}
    settings = point["receivers"][0]["settings"]
    addresses = settings.get("url", settings.get("addresses"))
    assert re.fullmatch(r"\$SPCS_[A-Z_]+", addresses)


def test_no_notifications_are_sent_unless_a_way_is_chosen() -> None:
    assert not (GRAFANA / "provisioning" / "alerting").exists()
    dockerfile = (GRAFANA / "Dockerfile").read_text()
    for way in WAYS:
        assert f"alerting/{way}.yaml /etc/grafana/notify-{way}/alerting/" in dockerfile
    assert "GF_PATHS_PROVISIONING=" not in dockerfile


@pytest.mark.parametrize("name", WORKLOAD)
def test_a_message_names_the_pool_and_leads_to_a_board_that_shows_what_it_names(name: str) -> None:
    annotations = RULES[name]["annotations"]
    assert "$labels.snow_compute_pool_name" in annotations["description"]
    assert "var-pool={{ $labels.snow_compute_pool_name | urlquery }}" in annotations["dashboard"]
    assert "var-account={{ $labels.snow_account_name | urlquery }}" in annotations["dashboard"]


@pytest.mark.parametrize("name", WORKLOAD)
def test_an_alert_leads_to_a_panel_that_is_there(name: str) -> None:
    board = json.loads((BOARD_FOLDER / f"{RULES[name]['dashboardUid']}.json").read_text())
    assert RULES[name]["panelId"] in {panel["id"] for panel in panels(board)}


@pytest.mark.parametrize("way", WAYS)
def test_routes_go_by_severity(way: str) -> None:
    (policy,) = provisioned(f"alerting/{way}.yaml")["policies"]
    assert "severity" in policy["group_by"]
    watchdog, *routes = policy["routes"]
    grouped = [one["group_by"] for one in (policy, *routes) if "group_by" in one]
    assert all("snow_account_name" in labels for labels in grouped), "pools of two accounts may have one name"
    assert watchdog["object_matchers"] == [["alertname", "=", "SpcsWatchdog"]]
    repeats = {route["object_matchers"][0][2]: route["repeat_interval"] for route in routes}
    assert repeats == {"critical": "1h", "info": "1d"}
