"""Rules as Prometheus reads them."""

from typing import Any

import yaml

from spcsmetrics.monitoring.rules import Alert
from spcsmetrics.monitoring.rules.alerts import ALERTS
from spcsmetrics.monitoring.rules.recording import GROUPS
from spcsmetrics.versions import PRODUCT

RUNBOOKS = "https://github.com/spcs-user-metrics/spcs-user-metrics/blob/main/docs/runbooks"
HEADER = "# Made by ./inv dashboards from spcsmetrics/monitoring/rules; what you change here is overwritten.\n"


def recording_file() -> str:
    """Return the recording rules, and one that tells the version of rules and boards."""
    version = {
        "record": "spcs_build_info",
        "expr": "vector(1)",
        "labels": {"component": "rules and boards", "version": PRODUCT},
    }
    groups: list[dict[str, Any]] = [
        {
            "name": name,
            "interval": interval,
            "rules": [{"record": rule.name, "expr": rule.expr} for rule in rules],
        }
        for name, (interval, rules) in GROUPS.items()
    ]
    groups[0]["rules"].append(version)
    return _render(groups)


def alert_file() -> str:
    """Return the alerts."""
    return _render([{"name": "spcs-alerts", "rules": [_alert(alert) for alert in ALERTS.values()]}])


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.lasting,
        "labels": {"severity": alert.severity},
        "annotations": annotations(alert),
    }


def annotations(alert: Alert) -> dict[str, str]:
    """Return what a person reads of an alert, as templates."""
    return {
        "summary": alert.summary,
        "description": alert.description,
        "runbook_url": f"{RUNBOOKS}/{alert.name}.md",
        "dashboard": f"/d/{alert.board}",
    }


def _render(groups: list[dict[str, Any]]) -> str:
    return HEADER + yaml.safe_dump({"groups": groups}, sort_keys=False, width=110)
