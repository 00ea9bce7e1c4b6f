"""What happens to the pipeline when a part of the account breaks, and when it is repaired."""

import json
from typing import Any

import pytest
import requests
from stands import REFRESH_SECONDS, Stand
from waiting import SCRAPE_SECONDS, wait_for

from spcsmetrics.local.verification import verify_until


def test_everything_that_the_nodes_publish_is_stored(stand: Stand) -> None:
    summary = verify_until(stand.simulation.admin, stand.query, 20)
    assert summary.ok, summary
    assert (summary.pools, summary.nodes, summary.containers) == (3, 6, 36)


def test_one_statement_is_sent_for_each_refresh(stand: Stand) -> None:
    stand.wait_for_refreshes(1)
    before = stand.admin("GET", "/state")["statements"]
    stand.wait_for_refreshes(3)
    assert stand.admin("GET", "/state")["statements"] - before == 3


def test_a_container_that_goes_away_is_stale_within_two_scrapes(stand: Stand) -> None:
    selector = 'container_cpu_limit{snow_service_name="WEB_POOL_INGEST"}'
    assert stand.query(selector)
    stand.admin("DELETE", "/services/WEB_POOL_INGEST")
    wait_for(lambda: not stand.query(selector), 2 * SCRAPE_SECONDS)
    assert stand.up() == set(stand.nodes())


def test_a_node_that_comes_near_its_limit_can_be_seen(stand: Stand) -> None:
    shares = stand.query('scrape_samples_scraped{job="spcs-nodes"} / scrape_sample_limit')
    assert {sample.labels["instance"] for sample in shares} == set(stand.nodes())
    assert all(0 < sample.value < 0.1 for sample in shares)


def test_pools_and_nodes_are_metrics_of_the_collector(stand: Stand) -> None:
    info = stand.own_metrics("spcs_compute_pool_info")
    assert info['{instance_family="CPU_X64_S",snow_compute_pool_name="WEB_POOL",state="ACTIVE"}'] == 1
    assert stand.own_metrics("spcs_discovery_nodes")['{snow_compute_pool_name="GPU_POOL"}'] == 2
    assert stand.own_metrics("spcs_discovery_pools") == {'{state="ACTIVE"}': 3}
    assert stand.own_metrics("spcs_discovery_last_success_age_seconds")[""] < 2 * REFRESH_SECONDS
    wait_for(lambda: bool(stand.query('spcs_compute_pool_info{job="otelcol"}')), 45)


def test_new_nodes_are_followed_by_dns_while_the_account_is_down(stand: Stand) -> None:
    stand.admin("PUT", "/faults/account", {"fault": "down"})
    address = stand.admin("POST", "/pools/WEB_POOL/nodes")["address"]
    wait_for(lambda: address in stand.up(), 20)
    stand.admin("DELETE", f"/pools/WEB_POOL/nodes/{address}")
    wait_for(lambda: not stand.query(f'node_cpu_capacity{{instance="{address}"}}'), 20)
    stand.admin("PUT", "/faults/account", {"fault": None})


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
    assert len(stand.log_lines("no nodes in DNS")) == before, "a suspended pool has not failed"
    stand.admin("PATCH", "/pools/BATCH_POOL", {"state": "ACTIVE"})
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)


def test_pools_and_nodes_come_and_go_at_run_time(stand: Stand) -> None:
    def logged(words: str) -> set[str]:
        return {json.loads(line)["compute_pool"] for line in stand.log_lines(words)}

    stand.admin("POST", "/pools", {"name": "LATE_POOL", "family": "GPU_NV_S", "nodes": 1})
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)
    late = stand.admin("POST", "/pools/LATE_POOL/nodes")["address"]
    wait_for(lambda: late in stand.up(), 20)
    stand.admin("PATCH", "/pools/LATE_POOL", {"name": "NIGHT_POOL"})
    # Nodes publish the new name at once; the log says when the next refresh has seen it.
    wait_for(lambda: logged("Pool is new") == {"LATE_POOL", "NIGHT_POOL"}, 20)
    wait_for(lambda: bool(stand.query('node_cpu_capacity{snow_compute_pool_name="NIGHT_POOL"}')), 20)
    wait_for(lambda: not stand.query('node_cpu_capacity{snow_compute_pool_name="LATE_POOL"}'), 20)
    stand.admin("DELETE", "/pools/NIGHT_POOL")
    wait_for(lambda: not stand.query('node_cpu_capacity{snow_compute_pool_name="NIGHT_POOL"}'), 20)
    wait_for(lambda: logged("Pool is listed no more") == {"LATE_POOL", "NIGHT_POOL"}, 20)


def test_a_pool_on_which_the_role_loses_its_last_privilege_ends_at_once(stand: Stand) -> None:
    stand.admin("PATCH", "/pools/BATCH_POOL", {"privilege": "NONE"})
    wait_for(lambda: not stand.query('node_cpu_capacity{snow_compute_pool_name="BATCH_POOL"}'), 20)
    stand.admin("PATCH", "/pools/BATCH_POOL", {"privilege": "OWNERSHIP"})
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)


def test_a_token_that_is_replaced_costs_no_refresh(stand: Stand) -> None:
    before = stand.own_metrics("spcs_discovery_failures_total")
    for _ in range(3):
        stand.admin("POST", "/token")
        stand.wait_for_refreshes(1)
    assert stand.own_metrics("spcs_discovery_failures_total") == before


@pytest.mark.parametrize("labels", ["older", "table"])
def test_other_spellings_of_labels_arrive_under_the_documented_names(stand: Stand, labels: str) -> None:
    by_instance = "count by (instance) (container_cpu_limit)"
    wanted = {s.labels["instance"]: s.value for s in stand.query(by_instance)}
    stand.admin("PATCH", "/pools/WEB_POOL", {"labels": labels})
    stand.wait_for_scrapes()
    summary = verify_until(stand.simulation.admin, stand.query, 20)
    assert summary.ok, summary
    assert {s.labels["instance"]: s.value for s in stand.query(by_instance)} == wanted
    assert not stand.query('{job="spcs-nodes", snow_node_id!=""} or {job="spcs-nodes", snow_container_instance!=""}')
    stand.admin("PATCH", "/pools/WEB_POOL", {"labels": "documented"})


# What the first generation published -> the name under which it is stored.
FIRST_GENERATION = {
    'spcs_node_allocatable{resource="cpu"': "node_cpu_capacity",
    'spcs_node_allocatable{resource="memory"': "node_memory_capacity",
    'spcs_node_allocatable{resource="other"': "spcs_node_allocatable",
    'spcs_node_status_allocatable{resource="gpu"': "node_gpu_capacity",
    'spcs_node_status_allocatable{resource="gpu_memory_mib"': "spcs_node_status_allocatable",
    'spcs_container_resource_requests{resource="cpu"': "container_cpu_requested",
    'spcs_container_resource_requests{resource="memory"': "container_memory_requested",
    'spcs_container_resource_requests{resource="gpu"': "container_gpu_requested",
    'spcs_container_resource_limits{resource="cpu"': "container_cpu_limit",
    'spcs_container_resource_limits{resource="memory"': "container_memory_limit",
    'spcs_container_resource_limits{resource="gpu"': "container_gpu_limit",
    'spcs_container_memory_used_bytes{a="1"': "container_memory_usage",
    'spcs_container_gpu_utilization{gpu="0"': "container_gpu_utilization",
    'spcs_container_state_running{a="1"': "container_state_running",
    'spcs_container_state_pending_reason{reason="r"': "container_state_pending_reason",
    'spcs_container_state_last_finished_reason{reason="r"': "container_state_last_finished_reason",
    'spcs_network_egress_receive_bytes_total{a="1"': "network_egress_received_bytes",
    'spcs_network_egress_transmit_packets_total{a="1"': "network_egress_transmitted_packets",
    'spcs_container_cpu_usage_seconds_total{a="1"': "spcs_container_cpu_usage_seconds_total",
    'spcs_container_gpu_memory_used_mib{gpu="0"': "spcs_container_gpu_memory_used_mib",
}


def test_metrics_of_the_first_generation_arrive_under_the_documented_names(stand: Stand) -> None:
    node = sorted(stand.nodes())[0]
    labels = 'snow_containers_compute_pool_name="OLD_POOL",snow_instance_family="CPU_X64_S",snow_node_id="775776fd"'
    body = "".join(f"{series},{labels}}} {value}\n" for value, series in enumerate(FIRST_GENERATION))
    url = f"{stand.simulation.admin}/nodes/{node}/extra"
    requests.put(url, data=body, timeout=5).raise_for_status()
    stored = '{snow_compute_pool_name="OLD_POOL", snow_compute_pool_node_id="775776fd"}'
    wait_for(lambda: len(stand.query(stored)) == len(FIRST_GENERATION), 20)
    found = {int(sample.value): sample.labels for sample in stand.query(stored)}
    assert [found[value]["__name__"] for value in range(len(FIRST_GENERATION))] == list(FIRST_GENERATION.values())
    renamed = [labels for labels in found.values() if not labels["__name__"].startswith("spcs_")]
    assert not [labels for labels in renamed if "resource" in labels]
    assert {labels["snow_compute_pool_node_instance_family"] for labels in renamed} == {"CPU_X64_S"}
    requests.put(url, data="", timeout=5).raise_for_status()


def test_the_page_shows_pools_nodes_and_the_last_error(stand: Stand) -> None:
    def page() -> dict[str, dict[str, Any]]:
        return {pool["name"]: pool for pool in stand.status()["pools"]}

    assert {node["address"] for pool in page().values() for node in pool["nodes"] if node["up"]} == set(stand.nodes())
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": "servfail"})
    wait_for(lambda: page()["WEB_POOL"].get("reason") == "dns_server", 10)
    stand.admin("PUT", "/faults/pools/WEB_POOL", {"fault": None})
    wait_for(lambda: "reason" not in page()["WEB_POOL"], 10)


def test_no_log_holds_the_token(stand: Stand) -> None:
    token = (stand.simulation.folder / "token").read_text()
    for process in stand.run.processes:
        assert token not in process.log.read_text()
