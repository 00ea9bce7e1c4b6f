"""Recording rules and alerts: named by convention, read from what is known, and each alert with a page."""

import re

import pytest
from queries import RECEIVER_METRICS, groupings, labels_of, metrics
from trees import read_yaml

from monitoring.boards import BOARDS
from monitoring.metrics import CATALOGUE
from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import GROUPS, RECORDINGS
from monitoring.rules.shard_alerts import shard_alert
from monitoring.selectors import OF_SERVICE
from monitoring.signals.stack import OWN_METRICS
from spcsmetrics.core.paths import PROMETHEUS, ROOT

RUNBOOKS = ROOT / "docs" / "runbooks"
PROMETHEUS_CONFIG = PROMETHEUS / "prometheus.yml"
# Seconds for which a store shows a sample, by default: --query.lookback-delta.
LOOKBACK = 300
SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_named_by_level_metric_and_operation(name: str) -> None:
    level, metric, _ = name.split(":")
    assert re.fullmatch(r"spcs_(container|node|pool|gpu|volume|service|family)", level)
    assert metric in {"nodes", "node_hour"} or metric.removesuffix("_unused") in CATALOGUE


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_reads_what_nodes_publish_and_keeps_services_apart(name: str) -> None:
    expression = RECORDINGS[name].expr
    assert metrics(expression) <= set(CATALOGUE) | set(RECEIVER_METRICS)
    for _, labels in groupings(expression):
        if "snow_service_name" in labels:
            assert set(OF_SERVICE.split(", ")) <= set(labels)


def test_what_is_recorded_is_in_sight_until_it_is_recorded_again() -> None:
    late = read_yaml(PROMETHEUS_CONFIG)["global"]["rule_query_offset"]
    for interval, _ in GROUPS.values():
        assert seconds(interval) + seconds(late) < LOOKBACK


def seconds(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60}[text[-1]]


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_has_a_page_that_says_what_to_do(name: str) -> None:
    page = (RUNBOOKS / f"{name}.md").read_text()
    assert page.startswith(f"# {name}\n")
    assert re.findall(r"^## (.+)$", page, re.M) == SECTIONS
    assert all(len(text.strip()) > 5 for text in re.split(r"^## .+$", page, flags=re.M)[1:])


def test_no_page_is_left_of_an_alert_that_is_gone() -> None:
    assert {file.stem for file in RUNBOOKS.glob("*.md")} == {*ALERTS, shard_alert(0).name}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_named_judged_and_led_on_by_convention(name: str) -> None:
    alert = ALERTS[name]
    assert re.fullmatch(r"Spcs[A-Z]\w+", name)
    assert alert.severity in {"critical", "warning", "info", "none"}
    assert alert.summary.endswith(".")
    assert "{{" not in alert.summary, "a summary is the same for every series"
    assert alert.board in {board.uid for board in BOARDS}
    # The last is shown on no board: it stands for the event table, which is off by default.
    pushed = {*RECEIVER_METRICS, "otelcol_exporter_send_failed_metric_points"}
    known = set(CATALOGUE) | set(RECORDINGS) | OWN_METRICS | pushed
    assert metrics(alert.expr) <= known


@pytest.mark.parametrize("name", ALERTS)
def test_a_description_names_only_labels_that_the_alert_has(name: str) -> None:
    alert = ALERTS[name]
    used = set(re.findall(r"\$labels\.(\w+)", alert.description))
    kept = labels_of(alert.expr)
    if kept is None:  # a metric of Prometheus itself, whose labels are not listed here
        kept = frozenset({"rule_group"})
    assert used <= kept, used - kept


def test_a_restart_of_the_store_is_no_alert() -> None:
    # Grafana reports a rule without a wait at once when a query fails, as it does while the store starts.
    assert not [name for name, alert in ALERTS.items() if alert.lasting in {"0m", "0s"}]


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_stands_beside_those_of_the_field(name: str) -> None:
    rows = (ROOT / "docs" / "alerts.md").read_text().splitlines()
    (row,) = [row for row in rows if row.startswith(f"| {name} |")]
    here = row.split("|")[2]
    alert = ALERTS[name]
    assert here.split(",")[0].strip() == alert.severity
    assert duration(alert.lasting) in here, f"{name} waits {alert.lasting}"
    assert row.split("|")[-2].strip(), "the reason for the difference"


def duration(lasting: str) -> str:
    return lasting.replace("m", " min").replace("h", " h")
