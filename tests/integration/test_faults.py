"""What happens to the pipeline when a part of the account breaks, and when it mends."""

import time

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


@pytest.mark.parametrize("fault", ["slow", "garbage"])
def test_a_node_that_misbehaves_is_down_and_costs_no_other(stand: Stand, fault: str) -> None:
    address = stand.nodes()[0]
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": fault})
    wait_for(lambda: stand.up() == set(stand.nodes()) - {address}, 4 * SCRAPE_SECONDS)
    stand.admin("PUT", f"/faults/nodes/{address}", {"fault": None})
    wait_for(lambda: stand.up() == set(stand.nodes()), 6 * SCRAPE_SECONDS)


@pytest.mark.parametrize(
    ("fault", "sentence"), [("down", "cannot reach the account"), ("unauthorized", "HTTP 401, code 390303")]
)
def test_an_account_that_cannot_be_asked_is_one_line_a_refresh(stand: Stand, fault: str, sentence: str) -> None:
    before = len(stand.log_lines(sentence))
    stand.admin("PUT", "/faults/account", {"fault": fault})
    time.sleep(3 * REFRESH_SECONDS + 0.5)
    assert len(stand.log_lines(sentence)) - before in (2, 3, 4)
    assert stand.up() == set(stand.nodes()), "known nodes are scraped on"
    stand.admin("PUT", "/faults/account", {"fault": None})
    time.sleep(REFRESH_SECONDS + 0.5)
    after = len(stand.log_lines(sentence))
    time.sleep(2 * REFRESH_SECONDS)
    assert len(stand.log_lines(sentence)) == after


def test_a_pool_whose_lookup_fails_keeps_its_nodes(stand: Stand) -> None:
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": "servfail"})
    wait_for(lambda: bool(stand.log_lines("Pool lookup failed")), 15)
    assert stand.up() == set(stand.nodes())
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": None})


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
