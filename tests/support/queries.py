"""Reading queries as Prometheus does, for tests of boards and rules."""

from collections.abc import Iterator
from typing import Any

import promql_parser

# What Grafana puts in; any value will do for reading.
MACROS = {"$__rate_interval": "2m", "$__range_s": "3600", "$__range": "1h", "$credits_per_node_hour": "1"}


def parse(expression: str) -> Any:
    """Return the tree of a query."""
    for name, value in MACROS.items():
        expression = expression.replace(name, value)
    return promql_parser.parse(expression)


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
