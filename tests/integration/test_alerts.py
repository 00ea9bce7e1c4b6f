"""Every alert by promtool: silent before, firing after, and silent on a healthy stack."""

import json
from pathlib import Path
from typing import Any

import pytest
from alert_scenarios import HEALTHY
from alert_scenarios import SCENARIOS as STACK_AND_FIRST
from application_scenarios import APPLICATIONS, UNFOUND
from shipped_rules import names, recordings, with_alert
from workload_scenarios import COURSES, LIVE, MORE, Course

from monitoring.rules.alerts import ALERTS
from spcsmetrics.core import process
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.programs import prometheus

SCENARIOS = STACK_AND_FIRST | MORE | APPLICATIONS
SHIPPED = sorted(RULE_FOLDER.glob("*.yml"))


def promtool(
    tmp_path: Path, name: str, series: dict[str, str], checks: list[dict[str, Any]], rules: list[Path] = SHIPPED
) -> str:
    """Run one test of rules. Raises UserError with promtool's report when it fails."""
    test = {
        "interval": "1m",
        "input_series": [{"series": selector, "values": values} for selector, values in series.items()],
        "promql_expr_test": checks,
    }
    file = tmp_path / f"{name}.yml"
    wanted = {"rule_files": [str(path) for path in rules], "evaluation_interval": "1m", "tests": [test]}
    file.write_text(json.dumps(wanted))
    return process.run([prometheus.built("promtool"), "test", "rules", file])


def firing(name: str, minute: int, count: int) -> dict[str, Any]:
    """Return the check that so many series of the alert fire at a minute."""
    samples = [{"labels": "{}", "value": count}] if count else []
    return {
        "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}})',
        "eval_time": f"{minute}m",
        "exp_samples": samples,
    }


def test_every_alert_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(ALERTS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_alert_is_silent_before_and_fires_after(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    checks = [firing(name, scenario.fires, 1)]
    if scenario.silent >= 0:
        checks.append(firing(name, scenario.silent, 0))
    rules = tmp_path / "rules.yml"
    rules.write_text(json.dumps({"groups": with_alert(name)}))
    assert "SUCCESS" in promtool(tmp_path, name, scenario.series, checks, [rules])


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_alert_is_judged_with_every_rule_that_it_reads(name: str) -> None:
    found = with_alert(name)
    (expr,) = [rule["expr"] for group in found for rule in group["rules"] if "alert" in rule]
    assert {rule for rule in recordings() if rule in expr} == names(found)


def test_nothing_but_the_watchdog_fires_on_a_healthy_stack(tmp_path: Path) -> None:
    expr = 'count by (alertname) (ALERTS{alertstate="firing"})'
    only = [{"labels": '{alertname="SpcsWatchdog"}', "value": 1}]
    checks = [{"expr": expr, "eval_time": f"{minute}m", "exp_samples": only} for minute in (30, 360, 700)]
    assert "SUCCESS" in promtool(tmp_path, "healthy", HEALTHY, checks)


@pytest.mark.parametrize("name", COURSES)
def test_a_course_of_events_fires_one_alert_for_each_cause(name: str, tmp_path: Path) -> None:
    course: Course = COURSES[name]
    expr = 'count by (alertname) (ALERTS{alertstate="firing", alertname!="SpcsWatchdog"})'
    checks = [
        {
            "expr": expr,
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": count} for alert, count in alerts.items()],
        }
        for minute, alerts in course.fires.items()
    ]
    assert "SUCCESS" in promtool(tmp_path, "course", LIVE | course.series, checks)


def test_an_application_of_which_no_instance_is_found_is_down_too(tmp_path: Path) -> None:
    checks = [firing("SpcsApplicationDown", 19, 0), firing("SpcsApplicationDown", 22, 1)]
    assert "SUCCESS" in promtool(tmp_path, "unfound", UNFOUND, checks)


def test_a_node_that_does_not_answer_is_one_of_its_pool(tmp_path: Path) -> None:
    course = COURSES["a pool whose nodes are found and do not answer"]
    expr = 'count by (snow_compute_pool_name) (ALERTS{alertname="SpcsNodeMetricsDown", alertstate="firing"})'
    named = [{"labels": '{snow_compute_pool_name="P"}', "value": 1}]
    checks = [{"expr": expr, "eval_time": "60m", "exp_samples": named}]
    assert "SUCCESS" in promtool(tmp_path, "down", LIVE | course.series, checks)


def test_the_shipped_rules_and_configuration_are_valid() -> None:
    assert "SUCCESS" in process.run([prometheus.built("promtool"), "check", "config", prometheus.CONFIG])
