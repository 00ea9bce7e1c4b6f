"""What happens to the pipeline when a part of the account breaks, and when it mends."""

import time

import psutil
import pytest
from conftest import REFRESH_SECONDS, SCRAPE_SECONDS, Stand, wait_for

from spcsmetrics.demo.verification import verify_until


def test_everything_that_the_nodes_publish_is_stored(stand: Stand) -> None:
    summary = verify_until(stand.simulation.admin, stand.query, 20)
    assert summary.ok, summary
    assert (summary.pools, summary.nodes, summary.containers) == (3, 6, 36)


def test_one_statement_is_sent_for_each_refresh(stand: Stand) -> None:
    before = stand.admin("GET", "/state")["statements"]
    time.sleep(3 * REFRESH_SECONDS)
    assert stand.admin("GET", "/state")["statements"] - before in (2, 3, 4)


def test_a_container_that_goes_away_is_stale_within_two_scrapes(stand: Stand) -> None:
    selector = 'container_cpu_limit{snow_service_name="WEB_POOL_INGEST"}'
    assert stand.query(selector)
    stand.admin("DELETE", "/services/WEB_POOL_INGEST")
    wait_for(lambda: not stand.query(selector), 2 * SCRAPE_SECONDS)
    assert stand.up() == set(stand.nodes())


def test_a_node_that_dies_is_down_and_costs_no_other(stand: Stand) -> None:
    address = stand.nodes()[0]
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": "down"})
    wait_for(lambda: stand.up() == set(stand.nodes()) - {address}, 2 * SCRAPE_SECONDS + 1)
    wait_for(lambda: not stand.query(f'node_cpu_capacity{{instance="{address}"}}'), 2 * SCRAPE_SECONDS)
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": None})
    wait_for(lambda: stand.up() == set(stand.nodes()), 3 * SCRAPE_SECONDS)


@pytest.mark.parametrize("fault", ["garbage", "gzip-bomb", "huge", "many-series", "slow", "unfinished"])
def test_a_node_that_misbehaves_is_down_and_costs_no_other_and_little_memory(stand: Stand, fault: str) -> None:
    address, rest = stand.nodes()[0], set(stand.nodes()[1:])
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": fault})
    wait_for(lambda: stand.up() == rest, 4 * SCRAPE_SECONDS)
    time.sleep(2 * SCRAPE_SECONDS)
    assert stand.up() == rest
    assert psutil.Process(stand.collector.process.pid).memory_info().rss < 400_000_000
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": None})
    wait_for(lambda: stand.up() == set(stand.nodes()), 6 * SCRAPE_SECONDS)


def test_a_node_that_sends_series_twice_costs_no_other(stand: Stand) -> None:
    address = stand.nodes()[0]
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": "duplicates"})
    time.sleep(3 * SCRAPE_SECONDS)
    assert stand.up() >= set(stand.nodes()[1:])
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": None})
    wait_for(lambda: stand.up() == set(stand.nodes()), 6 * SCRAPE_SECONDS)


def test_a_node_that_comes_near_its_limit_can_be_seen(stand: Stand) -> None:
    shares = stand.query("scrape_samples_scraped / scrape_sample_limit")
    assert {sample.labels["instance"] for sample in shares} == set(stand.nodes())
    assert all(0 < sample.value < 0.1 for sample in shares)


@pytest.mark.parametrize(
    ("fault", "sentence", "reason"),
    [
        ("down", "cannot reach the account", "sql_unreachable"),
        ("empty", "did not answer in JSON", "sql_invalid"),
        ("expired", "HTTP 401, code 390318", "sql_auth"),
        ("forbidden", "HTTP 403, code 390422", "sql_forbidden"),
        ("html", "HTTP 502", "sql_server"),
        ("huge", "is larger than", "sql_invalid"),
        ("malformed", "did not answer in JSON", "sql_invalid"),
        ("pending", "did not finish statement", "sql_timeout"),
        ("rate-limited", "HTTP 429, code 390505", "sql_rate_limited"),
        ("server-error", "HTTP 500, code 390100", "sql_server"),
        ("slow", "cannot reach the account", "sql_timeout"),
        ("unauthorized", "HTTP 401, code 390303", "sql_auth"),
    ],
)
def test_an_account_that_cannot_be_asked_is_one_line_a_refresh_and_costs_no_node(
    stand: Stand, fault: str, sentence: str, reason: str
) -> None:
    before, named = len(stand.log_lines("Refresh failed")), len(stand.log_lines(sentence))
    counted = failures(stand, reason)
    stand.admin("PUT", "/faults/account", {"fault": fault})
    time.sleep(2 * REFRESH_SECONDS + 0.5)
    assert len(stand.log_lines("Refresh failed")) - before in (1, 2, 3)
    assert len(stand.log_lines(sentence)) > named
    assert failures(stand, reason) > counted
    assert stand.up() == set(stand.nodes()), "known nodes are scraped on"
    stand.admin("PUT", "/faults/account", {"fault": None})
    time.sleep(2 * REFRESH_SECONDS)
    after = len(stand.log_lines("Refresh failed"))
    time.sleep(REFRESH_SECONDS)
    assert len(stand.log_lines("Refresh failed")) == after, "it recovers within two refreshes"


def failures(stand: Stand, reason: str) -> float:
    return stand.own_metrics("spcs_discovery_failures_total").get(f'{{reason="{reason}"}}', 0)


def test_pools_and_nodes_are_metrics_of_the_collector(stand: Stand) -> None:
    info = stand.own_metrics("spcs_compute_pool_info")
    assert info['{instance_family="CPU_X64_S",snow_compute_pool_name="WEB_POOL",state="ACTIVE"}'] == 1
    assert stand.own_metrics("spcs_discovery_nodes")['{snow_compute_pool_name="GPU_POOL"}'] == 2
    assert stand.own_metrics("spcs_discovery_pools") == {'{state="ACTIVE"}': 3}
    assert stand.own_metrics("spcs_discovery_last_success_age_seconds")[""] < 2 * REFRESH_SECONDS
    wait_for(lambda: bool(stand.query('spcs_compute_pool_info{job="otelcol"}')), 45)


def test_an_account_that_fails_now_and_then_is_asked_again_without_a_line(stand: Stand) -> None:
    before = len(stand.log_lines("Refresh failed"))
    stand.admin("PUT", "/faults/account", {"fault": "flaky"})
    asked = stand.admin("GET", "/state")["statements"]
    time.sleep(3 * REFRESH_SECONDS)
    assert stand.admin("GET", "/state")["statements"] > asked
    stand.admin("PUT", "/faults/account", {"fault": None})
    assert len(stand.log_lines("Refresh failed")) == before


def test_new_nodes_are_followed_by_dns_while_the_account_is_down(stand: Stand) -> None:
    stand.admin("PUT", "/faults/account", {"fault": "down"})
    address = stand.admin("POST", "/pools/WEB_POOL/nodes")["address"]
    wait_for(lambda: address in stand.up(), 20)
    stand.admin("DELETE", f"/pools/WEB_POOL/nodes/{address}")
    wait_for(lambda: not stand.query(f'node_cpu_capacity{{instance="{address}"}}'), 20)
    stand.admin("PUT", "/faults/account", {"fault": None})


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("servfail", "Pool lookup failed"), ("nxdomain", "no nodes in DNS"), ("silent", "Pool lookup failed")],
)
def test_a_pool_that_cannot_be_looked_up_keeps_its_nodes(stand: Stand, fault: str, sentence: str) -> None:
    before = len(stand.log_lines(sentence))
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": fault})
    wait_for(lambda: len(stand.log_lines(sentence)) > before, 20)
    assert all("WEB_POOL" in line for line in stand.log_lines(sentence)[before:])
    assert stand.up() == set(stand.nodes())
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": None})


@pytest.mark.parametrize("fault", ["no-srv", "old-name"])
def test_a_pool_is_found_by_what_dns_has(stand: Stand, fault: str) -> None:
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": fault})
    address = stand.admin("POST", "/pools/WEB_POOL/nodes")["address"]
    wait_for(lambda: address in stand.up(), 20)
    stand.admin("DELETE", f"/pools/WEB_POOL/nodes/{address}")
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": None})
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)


def test_a_pool_that_is_suspended_ends_at_once_and_returns(stand: Stand) -> None:
    before = len(stand.log_lines("no nodes in DNS"))
    stand.admin("PATCH", "/pools/BATCH_POOL", {"state": "SUSPENDED"})
    wait_for(lambda: not stand.query('node_cpu_capacity{snow_compute_pool_name="BATCH_POOL"}'), 20)
    assert len(stand.log_lines("no nodes in DNS")) == before, "a pool at rest is no fault"
    stand.admin("PATCH", "/pools/BATCH_POOL", {"state": "ACTIVE"})
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)


def test_pools_and_nodes_come_and_go_at_run_time(stand: Stand) -> None:
    stand.admin("POST", "/pools", {"name": "LATE_POOL", "family": "GPU_NV_S", "nodes": 1})
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)
    late = stand.admin("POST", "/pools/LATE_POOL/nodes")["address"]
    wait_for(lambda: late in stand.up(), 20)
    stand.admin("DELETE", "/pools/LATE_POOL")
    wait_for(lambda: not stand.query('node_cpu_capacity{snow_compute_pool_name="LATE_POOL"}'), 20)


def test_no_log_holds_the_token(stand: Stand) -> None:
    token = (stand.simulation.session / "token").read_text()
    for part in stand.run.parts:
        assert token not in part.log.read_text()
