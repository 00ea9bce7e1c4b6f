"""What Grafana has on a view: the store's place taken by Thanos, shards apart, and an alert for each of them."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from trees import read_yaml

from monitoring.boards.reading import panels
from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import RECORDINGS
from monitoring.rules.shard_alerts import DATA_SOURCE, MOST_SHARDS
from spcsmetrics.core.paths import BOARD_FOLDER, GRAFANA, NOTIFYING_RULES, SHARD_RULES

SOURCES: dict[str, dict[str, Any]] = {
    source["uid"]: source for source in read_yaml(GRAFANA / "view" / "datasources" / "prometheus.yaml")["datasources"]
}
RULES: list[dict[str, Any]] = read_yaml(SHARD_RULES)["groups"][0]["rules"]


def test_the_boards_find_thanos_where_one_store_has_prometheus() -> None:
    (alone,) = read_yaml(GRAFANA / "provisioning/datasources/prometheus.yaml")["datasources"]
    source = SOURCES[alone["uid"]]
    changed = {"prometheusType": "Thanos", "manageAlerts": False}
    assert source == alone | {"jsonData": alone["jsonData"] | changed}
    assert {urlsplit(one["url"]).netloc for one in SOURCES.values()} == {urlsplit(alone["url"]).netloc}


def test_the_second_data_source_keeps_shards_apart_and_takes_what_there_is() -> None:
    assert [uid for uid, source in SOURCES.items() if source.get("isDefault")] == ["prometheus"]
    assert parse_qsl(SOURCES[DATA_SOURCE]["jsonData"]["customQueryParameters"]) == [
        ("replicaLabels[]", "replica"),
        ("partial_response", "true"),
    ]


def test_each_shard_has_an_alert_that_fires_within_two_minutes() -> None:
    assert len(RULES) == MOST_SHARDS
    for shard, rule in enumerate(RULES):
        query = rule["data"][0]
        absent = f'absent(up{{spcs_shard="{shard}", job!="spcs-services"}})'
        assert query["model"]["expr"].startswith(absent)
        assert query["datasourceUid"] == DATA_SOURCE
        assert rule["for"] == "1m"
        assert rule["annotations"]["runbook_url"].endswith("/SpcsShardDown.md")


def test_names_of_the_alerts_are_unique_in_their_folder() -> None:
    others = read_yaml(NOTIFYING_RULES)["groups"][0]["rules"]
    for key in ("uid", "title"):
        names = [rule[key] for rule in (*RULES, *others)]
        assert len(set(names)) == len(names)
        assert all(len(name) <= 40 for name in names)


@pytest.mark.parametrize("way", ["", "-webhook", "-email"])
def test_the_view_has_its_files_over_those_of_a_store(way: str) -> None:
    lines = (GRAFANA / "Dockerfile").read_text().splitlines()
    first = lines.index(f"COPY provisioning /etc/grafana/view{way}")
    assert lines[first + 1] == f"COPY view /etc/grafana/view{way}"
    if way:
        name = way.removeprefix("-")
        assert f"COPY alerting/rules.yaml alerting/{name}.yaml /etc/grafana/view{way}/alerting/" in lines


def expressions() -> dict[str, str]:
    """Return every query of a board, rule and alert, by where it stands."""
    found = {name: recording.expr for name, recording in RECORDINGS.items()}
    found |= {name: alert.expr for name, alert in ALERTS.items()}
    for file in BOARD_FOLDER.glob("*.json"):
        for panel in panels(json.loads(file.read_text())):
            for number, target in enumerate(panel.get("targets", [])):
                found[f"{file.stem} {panel['title']} {number}"] = target["expr"]
    return found


def test_no_query_counts_resets_which_thanos_takes_out_of_each_replica_before() -> None:
    assert len(expressions()) > 200
    assert not [place for place, expr in expressions().items() if "resets(" in expr]


def test_no_panel_asks_for_alerts_beside_their_series() -> None:
    kinds = {panel["type"] for file in BOARD_FOLDER.glob("*.json") for panel in panels(json.loads(file.read_text()))}
    assert "alertlist" not in kinds
