"""Reading queries as Prometheus does, for tests of boards and rules."""

import re
from collections.abc import Iterator
from typing import Any

import promql_parser
from trees import read_yaml

from monitoring.metrics import CATALOGUE
from monitoring.rules.recording import RECORDINGS
from monitoring.scope import scope_rule
from monitoring.selectors import ACCOUNT, APPLICATION_JOB, DATABASE, INSTANCE, POOL, SCHEMA, SERVICE
from spcsmetrics.core.paths import PLUGIN
from spcsmetrics.local.promql import fill

# The labels that a scrape gives to everything that it reads.
TARGET_LABELS = frozenset({"job", "instance", ACCOUNT})
# What the receiver forces on all that an application publishes, and what it reports of each scrape.
APPLICATION_LABELS = TARGET_LABELS | {POOL, DATABASE, SCHEMA, SERVICE, INSTANCE}
# Metrics of receiver and exporter -> their labels.
RECEIVER_METRICS: dict[str, frozenset[str]] = {
    name: frozenset(metric.get("attributes", [])) | TARGET_LABELS
    for file in ("metadata.yaml", "metadata-applications.yaml", "storeexporter/metadata.yaml")
    for name, metric in read_yaml(PLUGIN / file)["telemetry"]["metrics"].items()
}
# These choose series and keep their labels, whatever they are grouped by.
_CHOOSING = {"topk", "bottomk", "limitk", "limit_ratio"}

# The labels that a query's series have; None where they are not known, and may be any.
Labels = frozenset[str] | None


def parse(expression: str) -> Any:
    """Return the tree of a query."""
    return promql_parser.parse(fill(expression))


def nodes(tree: Any) -> Iterator[Any]:
    """Yield every part of a query."""
    yield tree
    for name in ("lhs", "rhs", "expr", "vector_selector"):
        part = getattr(tree, name, None)
        if part is not None:
            yield from nodes(part)
    for part in getattr(tree, "args", []) or []:
        yield from nodes(part)


def selectors(expression: str) -> list[tuple[str, dict[str, str]]]:
    """Return each selector of a query: the metric, and its matchers as label -> value."""
    return [
        (node.name or "", {m.name: m.value for m in node.matchers.matchers})
        for node in nodes(parse(expression))
        if isinstance(node, promql_parser.VectorSelector)
    ]


def metrics(expression: str) -> set[str]:
    """Return the metrics that a query reads."""
    return {name for name, _ in selectors(expression) if name}


def groupings(expression: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return each aggregation of a query: the operator and the labels in its `by`, from the outermost on."""
    return [
        (str(node.op), tuple(node.modifier.labels) if node.modifier and str(node.modifier).startswith("by") else ())
        for node in nodes(parse(expression))
        if isinstance(node, promql_parser.AggregateExpr)
    ]


def lost_labels(expression: str, legend: str) -> set[str]:
    """Return the labels that a legend names and the query's series lack: Grafana shows them empty."""
    kept = labels_of(expression)
    return set() if kept is None else set(re.findall(r"\{\{(\w+)\}\}", legend)) - kept


def labels_of(expression: str) -> Labels:
    """Return the labels that the series of a query have, which its outermost operation decides."""
    return _labels(parse(expression))


def _labels(tree: Any) -> Labels:
    labels: Labels = frozenset()
    match tree:
        case promql_parser.VectorSelector():
            labels = _of_application(tree.name or "") if chooses_applications(tree) else _published(tree.name or "")
        case promql_parser.MatrixSelector():
            labels = _labels(tree.vector_selector)
        case promql_parser.ParenExpr() | promql_parser.UnaryExpr() | promql_parser.SubqueryExpr():
            labels = _labels(tree.expr)
        case promql_parser.AggregateExpr():
            labels = _aggregated(tree)
        case promql_parser.BinaryExpr():
            labels = _combined(tree)
        case promql_parser.Call():
            labels = _called(tree)
    return labels


def chooses_applications(selector: Any) -> bool:
    """Return whether a selector takes series of applications alone."""
    return any(
        (one.name, one.op, one.value) == ("job", promql_parser.MatchOp.Equal, APPLICATION_JOB)
        for one in selector.matchers.matchers
    )


def _of_application(metric: str) -> Labels:
    return APPLICATION_LABELS if metric == "up" or metric.startswith("scrape_") else None


def _published(metric: str) -> Labels:
    if metric in CATALOGUE:
        return frozenset(CATALOGUE[metric].labels) | TARGET_LABELS
    if metric in RECORDINGS:
        return labels_of(scope_rule(RECORDINGS[metric].expr))
    if metric == "up" or metric.startswith("scrape_"):
        return TARGET_LABELS
    return RECEIVER_METRICS.get(metric)


def _aggregated(tree: Any) -> Labels:
    inner = _labels(tree.expr)
    if str(tree.op) in _CHOOSING:
        return inner
    if tree.modifier is None:
        return frozenset()
    named = frozenset(tree.modifier.labels)
    if tree.modifier.type == promql_parser.AggModifierType.Without:
        return None if inner is None else inner - named
    return _both(named, inner)


def _combined(tree: Any) -> Labels:
    left, right = _labels(tree.lhs), _labels(tree.rhs)
    if str(tree.op) in {"and", "unless"} or isinstance(tree.rhs, promql_parser.NumberLiteral):
        return left
    if str(tree.op) == "or":
        return _both(left, right)
    if isinstance(tree.lhs, promql_parser.NumberLiteral):
        return right
    matching = tree.modifier.matching if tree.modifier else None
    if matching is None:
        return _both(left, right)
    return _matched(tree.modifier, left, right)


def _matched(modifier: Any, left: Labels, right: Labels) -> Labels:
    """Return the labels of an operation on two sides that are matched by labels."""
    named = frozenset(modifier.matching.labels)
    # The side with many series keeps its labels, and takes those of the other that group_left or group_right names.
    if modifier.card != promql_parser.VectorMatchCardinality.OneToOne:
        many = left if modifier.card == promql_parser.VectorMatchCardinality.ManyToOne else right
        taken = re.search(r"group_(?:left|right) \(([^)]*)\)", str(modifier))
        return many if many is None or not taken else many | set(re.findall(r"\w+", taken[1]))
    if modifier.matching.type == promql_parser.LabelModifierType.Include:
        return _both(_both(left, right), named)
    return None if left is None else left - named


def _called(tree: Any) -> Labels:
    if tree.func.name == "vector":
        return frozenset()
    if tree.func.name == "absent":
        return frozenset(m.name for m in tree.args[0].matchers.matchers if m.op == promql_parser.MatchOp.Equal)
    inner = next((_labels(part) for part in tree.args if not _is_scalar(part)), frozenset())
    if tree.func.name == "label_replace":
        return None if inner is None else inner | {tree.args[1].val}
    return inner


def _is_scalar(tree: Any) -> bool:
    return isinstance(tree, promql_parser.NumberLiteral | promql_parser.StringLiteral)


def _both(left: Labels, right: Labels) -> Labels:
    """Return the labels on both sides; a side that may have any labels has those of the other."""
    if left is None or right is None:
        return right if left is None else left
    return left & right
