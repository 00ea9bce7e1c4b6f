"""The same alerts for Grafana to evaluate, which can send notifications."""

from typing import Any

import yaml

from monitoring.boards.rendering import panel_id
from monitoring.rules import Alert
from monitoring.rules.alerts import ALERTS
from monitoring.rules.rendering import HEADER, annotations
from monitoring.rules.shard_alerts import DATA_SOURCE, MOST_SHARDS, shard_alert
from monitoring.scope import scope_rule

FOLDER = "Snowpark Container Services"
# A rule of Prometheus fires for every series that its query returns, whatever the value: so does this condition, which
# is the one that Grafana itself makes of an imported rule (pkg/services/ngalert/prom/convert.go).
_ANY_VALUE = "is_number($query) || is_nan($query) || is_inf($query)"


def rule_file() -> str:
    """Return the alerts as a provisioning file of Grafana: its schema is apiVersion 1 of file provisioning."""
    group = {
        "orgId": 1,
        "name": "spcs-alerts",
        "folder": FOLDER,
        "interval": "30s",
        "rules": [_rule(alert) for alert in ALERTS.values()],
    }
    return HEADER + yaml.safe_dump({"apiVersion": 1, "groups": [group]}, sort_keys=False, width=110)


def shard_rule_file() -> str:
    """Return the alerts of the view about its shards, as a provisioning file of Grafana."""
    group = {
        "orgId": 1,
        "name": "spcs-shards",
        "folder": FOLDER,
        "interval": "30s",
        "rules": [_shard_rule(shard) for shard in range(MOST_SHARDS)],
    }
    return HEADER + yaml.safe_dump({"apiVersion": 1, "groups": [group]}, sort_keys=False, width=110)


def _shard_rule(shard: int) -> dict[str, Any]:
    rule = _rule(shard_alert(shard), DATA_SOURCE)
    # Of one folder no two rules may have the same title.
    return rule | {"uid": f"{rule['uid']}-{shard}", "title": f"{rule['title']} {shard}"}


def _rule(alert: Alert, source: str = "prometheus") -> dict[str, Any]:
    query = {
        "refId": "query",
        "datasourceUid": source,
        "relativeTimeRange": {"from": 600, "to": 0},
        "model": {"refId": "query", "expr": scope_rule(alert.expr), "instant": True, "range": False},
    }
    threshold = {"evaluator": {"type": "gt", "params": [0]}}
    return {
        "uid": f"spcs-{alert.name.removeprefix('Spcs').lower()}",
        "title": alert.name,
        "condition": "fires",
        "data": [
            query,
            _expression("found", type="math", expression=_ANY_VALUE),
            _expression("fires", type="threshold", expression="found", conditions=[threshold]),
        ],
        "for": alert.lasting,
        # An empty result means that nothing is wrong; an unreachable store is worth a notification.
        "noDataState": "OK",
        "execErrState": "Error",
        "missing_series_evals_to_resolve": 1,
        "labels": {"severity": alert.severity},
        **_panel(alert),
        "annotations": {
            name: text.replace("$value ", "$values.query.Value ") for name, text in annotations(alert).items()
        },
    }


def _panel(alert: Alert) -> dict[str, Any]:
    """Return what makes "View panel" of an alert; Grafana takes both keys or none."""
    return {"dashboardUid": alert.board, "panelId": panel_id(alert.board, alert.panel)} if alert.panel else {}


def _expression(name: str, **model: object) -> dict[str, Any]:
    return {"refId": name, "datasourceUid": "__expr__", "model": {"refId": name, **model}}
