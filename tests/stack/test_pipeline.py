"""What the nodes publish arrives in the store, exactly, through the three images."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import shipped_ports as ports
from containers import beside, compose, execute
from waiting import wait_for

from spcsmetrics.local.promql import InstantQuery
from spcsmetrics.local.verification import is_added

SCRAPE_SECONDS = 5

Admin = Callable[..., Any]


def nodes(admin: Admin) -> dict[str, dict[str, Any]]:
    return {node["address"]: node for pool in admin("GET", "/state")["pools"] for node in pool["nodes"]}


@pytest.fixture(autouse=True)
def _everything_is_up(admin: Admin, query: InstantQuery) -> None:
    expected = len(nodes(admin))
    wait_for(lambda: len(query('up{job="spcs-nodes"} == 1')) == expected, 60)


def test_every_series_of_every_node_arrives_with_its_own_labels(admin: Admin, query: InstantQuery) -> None:
    for address in nodes(admin):

        def stored_equals_published(address: str = address) -> bool:
            published = admin("GET", f"/nodes/{address}/series")
            target = {"job": "spcs-nodes", "instance": address, "snow_account_name": "SIMULATED"}
            expected = {frozenset((labels | target).items()) for labels in published}
            found = query(f'{{job="spcs-nodes",instance="{address}"}}')
            return {frozenset(s.labels.items()) for s in found if not is_added(s.labels["__name__"])} == expected

        wait_for(stored_equals_published, 30)


def test_node_cpu_capacity_has_the_published_labels_plus_job_instance_and_account(query: InstantQuery) -> None:
    (sample,) = query('node_cpu_capacity{snow_compute_pool_node_id="198.18.1.1"}')
    assert sample.value == 3
    assert sample.labels == {
        "__name__": "node_cpu_capacity",
        "job": "spcs-nodes",
        "instance": "198.18.1.1:9001",
        "snow_account_name": "SIMULATED",
        "snow_compute_pool_name": "WEB_POOL",
        "snow_compute_pool_node_id": "198.18.1.1",
        "snow_compute_pool_node_instance_family": "CPU_X64_S",
    }


def test_values_arrive_unchanged(query: InstantQuery) -> None:
    assert {s.value for s in query('node_memory_capacity{snow_compute_pool_name="WEB_POOL"}')} == {13 * 1024**3}


def test_every_container_is_there(admin: Admin, query: InstantQuery) -> None:
    expected = {
        (node["id"], c["schema"], c["service"], c["instance"], c["container"])
        for node in nodes(admin).values()
        for c in node["containers"]
    }
    labels = (
        "snow_compute_pool_node_id",
        "snow_schema_name",
        "snow_service_name",
        "snow_service_container_instance",
        "snow_service_container_name",
    )
    assert {tuple(s.labels[label] for label in labels) for s in query("container_cpu_limit")} == expected


def test_a_node_that_dies_is_down_in_the_store_while_the_others_stay_up(admin: Admin, query: InstantQuery) -> None:
    address = next(iter(nodes(admin)))
    admin("PUT", f"/faults/nodes/{address}", {"fault": "down"})
    try:
        wait_for(lambda: bool(query(f'up{{job="spcs-nodes",instance="{address}"}} == 0')), 3 * SCRAPE_SECONDS)
        wait_for(lambda: not query(f'node_cpu_capacity{{instance="{address}"}}'), 2 * SCRAPE_SECONDS)
        assert len(query('up{job="spcs-nodes"} == 1')) == len(nodes(admin)) - 1
    finally:
        admin("PUT", f"/faults/nodes/{address}", {"fault": None})


def test_a_new_pool_arrives_and_goes_without_a_restart(admin: Admin, query: InstantQuery) -> None:
    admin("POST", "/pools", {"name": "LATE_POOL", "family": "CPU_X64_S", "nodes": 2})
    try:
        selector = 'node_cpu_capacity{snow_compute_pool_name="LATE_POOL"}'
        wait_for(lambda: len(query(selector)) == 2, 30)
    finally:
        admin("DELETE", "/pools/LATE_POOL")
    # A refresh, the discovery manager's 5 s, two scrapes for staleness, and the batch.
    wait_for(lambda: not query(selector), 30)


def test_a_pool_without_srv_records_is_found_by_its_addresses(admin: Admin, query: InstantQuery) -> None:
    admin("PUT", "/faults/pools/WEB_POOL", {"fault": "no-srv"})
    try:
        time.sleep(2 * SCRAPE_SECONDS)
        assert len(query('up{job="spcs-nodes"} == 1')) == len(nodes(admin))
    finally:
        admin("PUT", "/faults/pools/WEB_POOL", {"fault": None})


@pytest.mark.parametrize(
    ("fault", "sentence"), [("down", "cannot reach the account"), ("unauthorized", "HTTP 401, code 390303")]
)
def test_an_unreachable_account_is_one_line_and_costs_no_node(
    admin: Admin, query: InstantQuery, logs: Callable[[str], str], fault: str, sentence: str
) -> None:
    returned = "Account answers again"
    before, back = logs("otel").count(sentence), logs("otel").count(returned)
    admin("PUT", "/faults/account", {"fault": fault})
    try:
        time.sleep(3 * SCRAPE_SECONDS + 1)
        assert logs("otel").count(sentence) - before == 1
        assert len(query('up{job="spcs-nodes"} == 1')) == len(nodes(admin))
    finally:
        admin("PUT", "/faults/account", {"fault": None})
    wait_for(lambda: logs("otel").count(returned) > back, 2 * SCRAPE_SECONDS + 5)


def test_a_store_that_restarts_loses_no_sample(query: InstantQuery) -> None:
    instance = query('up{job="spcs-nodes"}')[0].labels["instance"]
    compose("stop", "--timeout", "5", "prometheus")
    time.sleep(4 * SCRAPE_SECONDS)
    compose("up", "--detach", "--wait", "prometheus")
    selector = f'count_over_time(up{{job="spcs-nodes",instance="{instance}"}}[40s])'
    # A gap of 20 s would leave four samples.
    wait_for(lambda: any(sample.value >= 7 for sample in query(selector)), 30)


def test_the_token_is_in_no_log(logs: Callable[[str], str], admin: Admin) -> None:
    token = execute("simulator", "cat", "/snowflake/session/token").strip()
    assert len(token) > 20
    for service in ("otel", "prometheus", "simulator"):
        assert token not in logs(service)


def test_nothing_of_the_service_looks_for_a_host_outside_the_account(admin: Admin) -> None:
    assert admin("GET", "/state")["unknown_names"] == []


def test_the_collector_reports_on_itself(query: InstantQuery) -> None:
    wait_for(lambda: bool(query('otelcol_process_uptime{job="otelcol"} > 0')), 60)


def test_no_two_containers_want_the_same_port_and_only_probes_listen_beyond_localhost() -> None:
    program = (
        "import json,socket\n"
        "found=[]\n"
        "for name in ('tcp','tcp6'):\n"
        " for line in open('/proc/net/'+name).readlines()[1:]:\n"
        "  local,state=line.split()[1],line.split()[3]\n"
        "  host,port=local.split(':')\n"
        "  if state=='0A': found.append([int(port,16), set(host) > {'0'}])\n"
        "print(json.dumps(found))"
    )
    printed = beside("otel", program)
    listening: dict[int, bool] = dict(json.loads(printed))
    listening.pop(ports.GRAFANA, None)
    # Docker's own name server listens on 127.0.0.11, at a port that changes.
    shipped = {port: local for port, local in listening.items() if port < 30_000}
    assert shipped == {
        ports.COLLECTOR_METRICS: True,
        ports.COLLECTOR_DEBUG: True,
        ports.STORE: True,
        ports.PROMETHEUS: True,
        ports.LAUNCHER: False,
        ports.COLLECTOR_HEALTH: False,
    }


def test_the_doctor_of_the_image_finds_every_pool_healthy() -> None:
    report = execute("otel", "/spcs-doctor", "--ca-file=/snowflake/session/ca.pem", "--json")
    assert [pool["verdict"] for pool in json.loads(report)["pools"]] == ["ok"] * 3
