"""Queries of the platform's own series, which series of applications cannot meet, and of one account at a time.

An application chooses the names and most labels of what it publishes, but not its job: the receiver forces it, and on
every series the account's name. Names of pools, nodes and services are unique within an account alone, so where one
store holds several accounts, a board shows the one that is chosen, and a rule looks at each by itself.
"""

import re

from monitoring.selectors import ACCOUNT, NO_APPLICATION, matchers

_AGGREGATIONS = (
    *("sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values"),
    *("bottomk", "topk", "quantile", "limitk", "limit_ratio"),
)
# A matcher's value may hold a brace.
_BRACES = r"\{(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*\}"
# In this order: other parts of a query, then selectors with and without a name.
_TOKEN = re.compile(
    rf"""
      "(?:[^"\\]|\\.)*"                                                      # a text
    | \[[^\]]*\] | \$\w+ | \d[\w.]*                                          # a span, a variable, a number
    | \b(?P<way>by|on)\s*\((?P<labels>[^)]*)\)
    | \b(?:without|ignoring|group_left|group_right)\s*\([^)]*\)
    | \b(?P<all>{"|".join(_AGGREGATIONS)})\s*(?=\()                          # over everything
    | (?P<selector>(?P<name>[A-Za-z_:][\w:]*)(?!\s*\(|[\w:])(?P<braces>{_BRACES})?|{_BRACES})
    """,
    re.VERBOSE,
)
_OPERATORS = ("and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "group_left", "group_right")
_WORDS = frozenset((*_OPERATORS, *_AGGREGATIONS))
_CHOOSES = {label: re.compile(rf"[{{,]\s*{label}\s*[=!]") for label in ("job", ACCOUNT)}
# What rules make of nothing has no account: prices, the version of the rules, and alerts that something is missing.
_OF_NO_ACCOUNT = frozenset({"spcs_family:node_hour:credits", "spcs_build_info", "ALERTS"})


def scope(expr: str) -> str:
    """Return a board's query of which each selector takes the chosen account, and nothing that applications publish.

    A selector that chooses job or account itself is left as it is.

    >>> scope('sum by (x) (container_cpu_usage{x="y"})')
    'sum by (x) (container_cpu_usage{x="y", job!="spcs-services", snow_account_name="$account"})'
    """

    def choose(token: re.Match[str]) -> str:
        name = token["name"]
        if token["selector"] is None or name in _WORDS:
            return token[0]
        chosen = matchers(ACCOUNT, one=(ACCOUNT,))
        if name in _OF_NO_ACCOUNT:
            chosen = f'{ACCOUNT}=~"$account|"'
        return _add(token[0], {"job": NO_APPLICATION, ACCOUNT: chosen})

    return _TOKEN.sub(choose, expr)


def scope_rule(expr: str) -> str:
    """Return a rule's query of each account by itself, of which no selector takes what applications publish.

    What is grouped or matched is so within an account, but for `on ()`, which says that anything at all is meant.

    >>> scope_rule('sum(up{job="j"}) / on (x) b{job="j"}')
    'sum by (snow_account_name) (up{job="j"}) / on (snow_account_name, x) b{job="j"}'
    """

    def choose(token: re.Match[str]) -> str:
        if token["all"]:
            return f"{token['all']} by ({ACCOUNT}) "
        if token["way"] and token["labels"].strip() and ACCOUNT not in token["labels"]:
            return f"{token['way']} ({ACCOUNT}, {token['labels']})"
        if token["selector"] is None or token["name"] in _WORDS:
            return token[0]
        return _add(token[0], {"job": NO_APPLICATION})

    return _TOKEN.sub(choose, expr)


def _add(selector: str, matchers_of: dict[str, str]) -> str:
    """Return a selector with the matchers of those labels that it does not choose itself."""
    more = [matcher for label, matcher in matchers_of.items() if not _CHOOSES[label].search(selector)]
    if not more:
        return selector
    inner = selector.removesuffix("}") if selector.endswith("}") else f"{selector}{{"
    return f"{inner}{'' if inner.endswith('{') else ', '}{', '.join(more)}}}"
