"""Every query of boards, rules and alerts: of the platform's series, which applications cannot meet, or of theirs."""

import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
from queries import chooses_applications, nodes, parse
from trees import read_yaml

from monitoring.metrics import CATALOGUE
from monitoring.rules.alerts import ALERTS
from monitoring.rules.application_alerts import APPLICATION_ALERTS
from monitoring.scope import scope, scope_rule
from monitoring.selectors import ACCOUNT, APPLICATION_JOB, NO_APPLICATION
from monitoring.signals.llm import METRICS as LLM_METRICS
from spcsmetrics.core.paths import BOARD_FOLDER, NOTIFYING_RULES, RULE_FOLDER

# Boards that show what applications publish, beside series of the platform.
OF_APPLICATIONS = {"spcs-applications", "spcs-llm"}
ABOUT_APPLICATIONS = {alert.name for alert in APPLICATION_ALERTS}
Found = tuple[str, str]


def written(tree: Any, key: str) -> Iterator[Any]:
    """Yield every value of a key in a file, however deep it stands."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from written(value, key)
    if isinstance(tree, list):
        for value in tree:
            yield from written(value, key)


def board_queries() -> Iterator[Found]:
    for file in BOARD_FOLDER.glob("*.json"):
        board = json.loads(file.read_text())
        for expr in written(board, "expr"):
            yield file.stem, expr
        for query in written(board, "query"):
            text = query["query"] if isinstance(query, dict) else query
            values = re.fullmatch(r"label_values\((.*), \w+\)", text)
            if values:
                yield file.stem, values[1]


def rule_queries() -> Iterator[Found]:
    for file in RULE_FOLDER.glob("*.yml"):
        for group in read_yaml(file)["groups"]:
            for rule in group["rules"]:
                yield rule.get("alert", rule.get("record")), rule["expr"]
    for rule in written(read_yaml(NOTIFYING_RULES), "rules"):
        for one in rule:
            yield one["title"], one["data"][0]["model"]["expr"]


def selectors(expression: str) -> list[Any]:
    return [node for node in nodes(parse(expression)) if isinstance(node, promql_parser.VectorSelector)]


def meets_applications(selector: Any) -> bool:
    """Return whether a series with the job that every application's has could be among those that are selected."""
    for matcher in selector.matchers.matchers:
        if matcher.name == "job":
            exact = matcher.op in (promql_parser.MatchOp.Equal, promql_parser.MatchOp.NotEqual)
            found = re.fullmatch(re.escape(matcher.value) if exact else matcher.value, APPLICATION_JOB) is not None
            wanted = matcher.op in (promql_parser.MatchOp.Equal, promql_parser.MatchOp.Re)
            if found is not wanted:
                return False
    return True


PLATFORM = [
    *(one for one in board_queries() if one[0] not in OF_APPLICATIONS),
    *(one for one in rule_queries() if one[0] not in ABOUT_APPLICATIONS),
]
ABOUT = [
    *(one for one in board_queries() if one[0] in OF_APPLICATIONS),
    *(one for one in rule_queries() if one[0] in ABOUT_APPLICATIONS),
]


def test_no_query_of_the_platform_can_be_met_by_an_application() -> None:
    met = [
        (where, str(selector))
        for where, expr in PLATFORM
        for selector in selectors(expr)
        if meets_applications(selector)
    ]
    assert met == []
    assert len(PLATFORM) > 300


def test_boards_of_applications_take_their_own_series_from_them_and_the_platforms_from_elsewhere() -> None:
    for where, expr in ABOUT:
        for selector in selectors(expr):
            own = selector.name in LLM_METRICS or selector.name is None or selector.name.startswith(("up", "scrape_"))
            if selector.name is None and "__name__" in {one.name for one in selector.matchers.matchers}:
                own = False
            assert chooses_applications(selector) is own, f"{where}: {expr}"
            assert own or not meets_applications(selector), f"{where}: {expr}"
    assert len(ABOUT) > 30


def test_what_is_read_of_model_servers_has_no_name_of_the_platform() -> None:
    assert not LLM_METRICS & set(CATALOGUE)


@pytest.mark.parametrize(
    ("before", "met"),
    [
        ("container_cpu_usage", True),
        ('up{job!="spcs-nodes"}', True),
        ('up{job=~"spcs-.*"}', True),
        ('up{job=~"spcs-nodes|spcs-services"}', True),
        ('up{job!~"spcs-nodes|spcs-services"}', False),
        ('up{job="spcs-nodes"}', False),
        (f"up{{{NO_APPLICATION}}}", False),
    ],
)
def test_a_selector_that_applications_can_meet_is_found(before: str, met: bool) -> None:
    (selector,) = selectors(before)
    assert meets_applications(selector) is met


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a", "a{N}"),
        ("a{}", "a{N}"),
        ('a{x="}"}', 'a{x="}", N}'),
        ('{__name__=~"a|b"}', '{__name__=~"a|b", N}'),
        ("sum by (a) (b:c)", "sum by (a) (b:c{N})"),
        ("rate(a[5m] offset 1h)", "rate(a{N}[5m] offset 1h)"),
        ("a @ end() + on (b) group_left (c) d", "a{N} @ end() + on (b) group_left (c) d{N}"),
        ('label_replace(a, "b", "$1", "c", "(.*)")', 'label_replace(a{N}, "b", "$1", "c", "(.*)")'),
        ("count(a == bool 0) or vector(1e3)", "count(a{N} == bool 0) or vector(1e3)"),
        ('up{job="x"} unless a', 'up{job="x"} unless a{N}'),
        ('a{exported_job="x"}', 'a{exported_job="x", N}'),
    ],
)
def test_every_selector_without_a_job_leaves_applications_out(before: str, after: str) -> None:
    assert without_account(scope(before)) == after.replace("N", NO_APPLICATION)
    assert scope(scope(before)) == scope(before)
    promql_parser.parse(scope(before))
    assert without_account(scope_rule(before)) == without_account(scope(before))
    assert scope_rule(scope_rule(before)) == scope_rule(before)
    promql_parser.parse(scope_rule(before))


def without_account(query: str) -> str:
    """Return a query without what says which account it is of."""
    chosen = rf', {ACCOUNT}="\$account"|(?<=\(){ACCOUNT}, | by \({ACCOUNT}\) '
    return re.sub(chosen, "", query).replace(f'{{{ACCOUNT}="$account"}}', "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a", f'a{{{NO_APPLICATION}, {ACCOUNT}="$account"}}'),
        ('up{job="x"}', f'up{{job="x", {ACCOUNT}="$account"}}'),
        (f'a{{{ACCOUNT}=~".+", {NO_APPLICATION}}}', f'a{{{ACCOUNT}=~".+", {NO_APPLICATION}}}'),
        # Rules make them of nothing, and those of a store are of all accounts in it.
        ("spcs_build_info", f'spcs_build_info{{{NO_APPLICATION}, {ACCOUNT}=~"$account|"}}'),
    ],
)
def test_a_query_of_a_board_is_of_the_account_that_is_chosen(before: str, after: str) -> None:
    assert scope(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sum(a) > 0", "sum by (A) (aN) > 0"),
        ("topk by (x) (1, max by (x, y) (a))", "topk by (A, x) (1, max by (A, x, y) (aN))"),
        ("a / on (x) group_left (y) b", "aN / on (A, x) group_left (y) bN"),
        ("max without (x) (a) and ignoring (x) b", "max without (x) (aN) and ignoring (x) bN"),
        # Says that anything at all is meant.
        ("absent(a) unless on () count(b)", "absent(aN) unless on () count by (A) (bN)"),
        ('label_replace(vector(1), "x", "sum(y)", "", "")', 'label_replace(vector(1), "x", "sum(y)", "", "")'),
    ],
)
def test_a_rule_looks_at_each_account_by_itself(before: str, after: str) -> None:
    assert scope_rule(before) == after.replace("A", ACCOUNT).replace("N", f"{{{NO_APPLICATION}}}")


def test_every_query_of_a_board_is_of_one_account_or_shows_all_side_by_side() -> None:
    for where, expr in board_queries():
        for selector in selectors(expr):
            (account,) = (one for one in selector.matchers.matchers if one.name == ACCOUNT)
            if account.value == ".+":
                assert expr.startswith((f"count by ({ACCOUNT}) ", f"sum by ({ACCOUNT}) ", "{__name__")), expr
            else:
                assert account.value in {"$account", "$account|"}, f"{where}: {expr}"


def test_a_rule_groups_and_matches_within_an_account() -> None:
    for name, expr in rule_queries():
        for node in nodes(parse(expr)):
            modifier = getattr(node, "modifier", None)
            if isinstance(node, promql_parser.AggregateExpr):
                text = str(modifier)
            elif isinstance(node, promql_parser.BinaryExpr) and modifier and modifier.matching:
                text = str(modifier.matching)
            else:
                continue
            apart = ACCOUNT in text or text.startswith(("without", "ignoring")) or "on ()" in text
            assert apart, f"{name}: {node}"


def test_boards_know_the_alerts_about_applications_by_their_names() -> None:
    assert {name for name in ALERTS if name.startswith("SpcsApplication")} == ABOUT_APPLICATIONS
