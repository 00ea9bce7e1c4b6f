"""Queries of the platform's own series, which series of applications cannot meet.

An application chooses the names and most labels of what it publishes, but not its job: the receiver forces it.
"""

import re

from monitoring.selectors import NO_APPLICATION

# A matcher's value may hold a brace.
_BRACES = r"\{(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*\}"
# In this order: other parts of a query, then selectors with and without a name.
_TOKEN = re.compile(
    rf"""
      "(?:[^"\\]|\\.)*"                                                      # a text
    | \[[^\]]*\] | \$\w+ | \d[\w.]*                                          # a span, a variable, a number
    | \b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)        # labels
    | (?P<selector>(?P<name>[A-Za-z_:][\w:]*)(?!\s*\(|[\w:])(?P<braces>{_BRACES})?|{_BRACES})
    """,
    re.VERBOSE,
)
_OPERATORS = ("and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "group_left", "group_right")
_AGGREGATIONS = (
    *("sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values"),
    *("bottomk", "topk", "quantile", "limitk", "limit_ratio"),
)
_WORDS = frozenset((*_OPERATORS, *_AGGREGATIONS))
_CHOOSES_JOB = re.compile(r"[{,]\s*job\s*[=!]")


def scope(expr: str) -> str:
    """Return a query of which each selector that chooses no job leaves out what applications publish.

    >>> scope('sum by (x) (container_cpu_usage{x="y"}) / on () node_cpu_capacity')
    'sum by (x) (container_cpu_usage{x="y", job!="spcs-services"}) / on () node_cpu_capacity{job!="spcs-services"}'
    """
    return _TOKEN.sub(_choose, expr)


def _choose(token: re.Match[str]) -> str:
    text = token[0]
    if token["selector"] is None or token["name"] in _WORDS or _CHOOSES_JOB.search(text):
        return text
    if not text.endswith("}"):
        return f"{text}{{{NO_APPLICATION}}}"
    inner = text[:-1]
    return f"{inner}{'' if inner.endswith('{') else ', '}{NO_APPLICATION}}}"
