"""What a query or an alert reads of the shipped rules: promtool takes seconds to compute all of them in a test."""

from functools import cache
from typing import Any

from queries import metrics
from trees import read_yaml

from spcsmetrics.core.paths import RULE_FOLDER

Group = dict[str, Any]


@cache
def groups(file: str) -> list[Group]:
    """Return the groups of a file of rules."""
    found: list[Group] = read_yaml(RULE_FOLDER / file)["groups"]
    return found


@cache
def recordings() -> dict[str, str]:
    """Return the query of each recorded series."""
    return {rule["record"]: rule["expr"] for group in groups("recording.yml") for rule in group["rules"]}


def read_by(expr: str) -> list[Group]:
    """Return the groups of recording rules with what a query reads of them."""
    read = metrics(expr)
    return [
        group | {"rules": [rule for rule in group["rules"] if rule["record"] in read]}
        for group in groups("recording.yml")
    ]


def with_alert(name: str) -> list[Group]:
    """Return the groups with an alert and what it reads."""
    ((group, rule),) = [
        (group, rule) for group in groups("alerts.yml") for rule in group["rules"] if rule["alert"] == name
    ]
    return [*read_by(rule["expr"]), group | {"rules": [rule]}]


def names(found: list[Group]) -> set[str]:
    """Return the names of the recorded series in groups."""
    return {rule["record"] for group in found for rule in group["rules"] if "record" in rule}
