"""Every fault of account, pool and node: who else notices, what names the reason, and how soon it is over."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import documents
import psutil
import pytest
from stands import REFRESH_SECONDS, Stand
from waiting import SCRAPE_SECONDS, wait_for

POOL = "BATCH_POOL"
MAX_BYTES = 400_000_000

DISCOVERY, SCRAPES = "spcs_discovery_failures_total", "spcs_scrape_failures_total"


@dataclass(frozen=True)
class Case:
    """A fault of one part, the reason it is counted and logged with, words of its log line, and those of its end."""

    part: str
    fault: str
    reason: str
    words: str
    ended: str

    @property
    def counter(self) -> str:
        return SCRAPES if self.part == "node" else DISCOVERY


def account(fault: str, reason: str, words: str) -> Case:
    return Case("account", fault, reason, words, "Account answers again")


def pool(fault: str, reason: str, words: str = "Pool lookup failed") -> Case:
    return Case("pool", fault, reason, words, "Pool can be looked up again")


def node(
    fault: str, reason: str, words: str = "Node cannot be scraped", ended: str = "Node can be scraped again"
) -> Case:
    return Case("node", fault, reason, words, ended)


CASES = (
    account("down", "sql_unreachable", "cannot reach the account"),
    account("empty", "sql_invalid", "did not answer in JSON"),
    account("expired", "sql_auth", "HTTP 401, code 390318"),
    account("forbidden", "sql_forbidden", "HTTP 403, code 390422"),
    account("html", "sql_server", "HTTP 502"),
    account("huge", "sql_invalid", "is larger than"),
    account("lost-partition", "sql_invalid", "391918: Session no longer exists"),
    account("lost-rows", "sql_invalid", "rows instead of"),
    account("malformed", "sql_invalid", "did not answer in JSON"),
    account("no-result", "sql_invalid", "has no code"),
    account("pending", "sql_timeout", "did not finish statement"),
    account("rate-limited", "sql_rate_limited", "HTTP 429, code 390505"),
    account("redirect", "sql_redirect", "elsewhere.invalid"),
    account("retry-date", "sql_rate_limited", "HTTP 429, code 390505"),
    account("server-error", "sql_server", "HTTP 500, code 390100"),
    account("session-gone", "sql_invalid", "391918: Session no longer exists"),
    account("slow", "sql_timeout", "cannot reach the account"),
    account("token-missing", "sql_token", "cannot read the token"),
    account("unauthorized", "sql_auth", "HTTP 401, code 390303"),
    pool("bad-target", "dns_server", "targets that cannot be resolved: node-"),
    pool("no-addresses", "dns_nxdomain", "no nodes in DNS"),
    pool("no-monitor", "dns_nxdomain", "has MONITOR on it"),
    pool("nxdomain", "dns_nxdomain", "no nodes in DNS"),
    pool("odd-records", "dns_server", "targets that cannot be resolved"),
    pool("servfail", "dns_server"),
    pool("silent", "dns_timeout"),
    node("down", "refused"),
    node("duplicates", "duplicate_series", "samples that cannot be stored", "only what can be stored again"),
    node("garbage", "invalid_body"),
    node("gzip-bomb", "body_too_large"),
    node("huge", "body_too_large"),
    node("many-series", "too_many_samples"),
    node("slow", "timeout"),
    node("unfinished", "invalid_body"),
)


@contextmanager
def broken(stand: Stand, case: Case) -> Iterator[None]:
    """Break the part, and mend it on the way out."""
    token = stand.simulation.folder / "token"
    kept = token.read_text()
    path = {"account": "account", "pool": f"pools/{POOL}", "node": f"nodes/{stand.pool_nodes(POOL)[0]}"}[case.part]
    if case.fault == "token-missing":
        token.unlink()
    elif case.fault == "no-monitor":
        stand.admin("PATCH", f"/pools/{POOL}", {"privilege": "USAGE"})
    else:
        stand.admin("PUT", f"/faults/{path}", {"fault": case.fault})
    try:
        yield
    finally:
        token.write_text(kept)
        stand.admin("PATCH", f"/pools/{POOL}", {"privilege": "MONITOR"})
        stand.admin("PUT", f"/faults/{path}", {"fault": None})


def reasons(stand: Stand) -> set[str]:
    """Return every reason that the collector has counted since its start."""
    counted = [labels for counter in (DISCOVERY, SCRAPES) for labels in stand.own_metrics(counter)]
    return {labels.removeprefix('{reason="').removesuffix('"}') for labels in counted}


def count(stand: Stand, case: Case) -> float:
    return stand.own_metrics(case.counter).get(f'{{reason="{case.reason}"}}', 0)


# Reasons that no fault of the simulator has: tests of the plugin make them.
ELSEWHERE = {
    *("sql_not_found", "sql_statement", "sql_other", "pool_name", "dns_address"),
    *("unreachable", "interrupted", "http_status", "too_many_labels", "label_too_long"),
    *("own_timestamps", "future_timestamp", "reserved_series", "target_info"),
}


def test_every_documented_reason_has_a_fault_or_a_test_of_the_plugin() -> None:
    assert {case.reason for case in CASES} | ELSEWHERE == documents.reasons()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.part}-{case.fault}")
def test_a_fault_is_named_costs_no_other_and_is_over_soon(stand: Stand, case: Case) -> None:
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)
    counted, said, ended = count(stand, case), stand.log_size(), case.ended
    hurt = {stand.pool_nodes(POOL)[0]} if case.part == "node" and case.fault != "duplicates" else set()
    began = time.time()
    with broken(stand, case):
        wait_for(lambda: count(stand, case) > counted, 20)
        wait_for(lambda: any(case.words in line for line in named(stand, case, said)), 5)
        if hurt:
            wait_for(lambda: stand.up() == set(stand.nodes()) - hurt, 6 * SCRAPE_SECONDS)
        failed = count(stand, case)
        wait_for(lambda: count(stand, case) >= failed + 2, 20)
        again = len(interruptions(stand, case, said))
        assert len(named(stand, case, said)) <= 1 + again, "a failure that stays is one line"
        assert psutil.Process(stand.collector.popen.pid).memory_info().rss < MAX_BYTES
        lasted = int(time.time() - began)
        lost = stand.query(f'min_over_time(up{{job="spcs-nodes"}}[{lasted}s]) == 0')
        assert {sample.labels["instance"] for sample in lost} <= hurt, "no other node loses a scrape"
        assert stand.up() == set(stand.nodes()) - hurt, "known nodes are scraped on"
    assert reasons(stand) <= documents.reasons()
    seconds = 2 * REFRESH_SECONDS + (10 if case.fault in {"slow", "retry-date"} else 1)
    wait_for(lambda: bool(stand.log_lines(ended, said)), seconds)
    wait_for(lambda: stand.up() == set(stand.nodes()), 6 * SCRAPE_SECONDS)


def named(stand: Stand, case: Case, said: int) -> list[str]:
    """Return the lines since then that name the reason."""
    return [line for line in stand.log_lines(f'"reason":"{case.reason}"', said) if '"level":"warn"' in line]


def interruptions(stand: Stand, case: Case, said: int) -> list[str]:
    """Return the lines since then that name another reason between: on a slow machine a huge body takes too long."""
    if case.part != "node" or case.reason == "timeout":
        return []
    return named(stand, replace(case, reason="timeout"), said)


def test_one_node_that_dns_does_not_find_is_named_and_fails_no_refresh(stand: Stand) -> None:
    case = pool("bad-target", "dns_server")
    counted = count(stand, case)
    with broken(stand, case):
        wait_for(lambda: count(stand, case) > counted, 20)
        stand.wait_for_refreshes(3)
        (shown,) = [found for found in stand.status()["pools"] if found["name"] == POOL]
        assert shown["reason"] == "dns_server"
        assert stand.status()["failed_in_a_row"] == 0
        assert stand.own_metrics("spcs_discovery_last_success_age_seconds")[""] < 2 * REFRESH_SECONDS
        assert stand.up() == set(stand.nodes())


@pytest.mark.parametrize("fault", ["accepted", "odd-cells", "partitioned", "flaky", "no-function"])
def test_an_answer_that_comes_otherwise_is_no_fault(stand: Stand, fault: str) -> None:
    before, said = stand.own_metrics(DISCOVERY), stand.log_size()
    stand.admin("PUT", "/faults/account", {"fault": fault})
    asked = stand.admin("GET", "/state")["statements"]
    stand.wait_for_refreshes(3)
    assert stand.admin("GET", "/state")["statements"] >= asked + 3
    stand.admin("PUT", "/faults/account", {"fault": None})
    assert stand.own_metrics(DISCOVERY) == before
    assert not [line for line in stand.log_lines("spcs", said) if '"level":"warn"' in line]
    assert stand.up() == set(stand.nodes())
