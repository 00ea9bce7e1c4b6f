"""Rules as Prometheus reads them."""

import re
from typing import Any

import yaml

from monitoring.boards import BOARDS
from monitoring.boards.links import RUNBOOKS
from monitoring.rules import Alert
from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import GROUPS
from monitoring.scope import scope_rule
from monitoring.selectors import ACCOUNT, VARIABLES

HEADER = "# Made by ./inv boards from monitoring/rules; what you change here is overwritten.\n"


def recording_file(version: str) -> str:
    """Return the recording rules, and one that carries the product's version."""
    build_info = {
        "record": "spcs_build_info",
        "expr": "vector(1)",
        "labels": {"component": "rules and boards", "version": version},
    }
    groups: list[dict[str, Any]] = [
        {
            "name": name,
            "interval": interval,
            "rules": [{"record": rule.name, "expr": scope_rule(rule.expr)} for rule in rules],
        }
        for name, (interval, rules) in GROUPS.items()
    ]
    groups[0]["rules"].append(build_info)
    return _render(groups)


def alert_file() -> str:
    """Return the alerts."""
    return _render([{"name": "spcs-alerts", "rules": [_alert(alert) for alert in ALERTS.values()]}])


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": scope_rule(alert.expr),
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
        "dashboard": _link(alert),
    }


def _link(alert: Alert) -> str:
    """Return the address of the alert's board, which chooses the account and what the description names."""
    (board,) = [board for board in BOARDS if board.uid == alert.board]
    named = dict.fromkeys(re.findall(r"\$labels\.(\w+)", alert.description))
    chosen = [
        f"var-{VARIABLES[name]}={{{{ $labels.{name} | urlquery }}}}"
        for name in (*([] if alert.of_own_store else [ACCOUNT]), *named)
        if name == ACCOUNT or VARIABLES.get(name) in board.variables
    ]
    return f"/d/{alert.board}" + (f"?{'&'.join(chosen)}" if chosen else "")


def _render(groups: list[dict[str, Any]]) -> str:
    return HEADER + yaml.safe_dump({"groups": groups}, sort_keys=False, width=110)
