"""Two shards and the view over them: the containers that are deployed, which find each other by DNS."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import pytest
import shipped_ports as ports
from beside_programs import GET, LISTENERS, REACH, RESOLVE, SHAKE
from containers import compose_command
from pytest_docker.plugin import get_docker_services
from sharded import owner, queries
from trees import read_yaml
from view_stack import (
    FILE,
    NETWORK,
    PROJECT,
    SHARDS,
    Answer,
    alias,
    ask,
    ask_many,
    container,
    run,
    tell,
    write_containers,
)
from waiting import wait_for

from monitoring.rules.shard_alerts import DATA_SOURCE, MOST_SHARDS, shard_alert
from spcsmetrics.core import process
from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.core.steps import console
from spcsmetrics.deploy.certificates import SERVER_NAME
from spcsmetrics.deploy.scaled import PORT

INTERVAL = 5
NODES = 8
UP = 'up{job="spcs-nodes"}'
COUNT = f"count({UP} == 1)"
POOLS = "count by (snow_compute_pool_name) (node_cpu_capacity)"
SHARD_PROBES = {ports.COLLECTOR_HEALTH, ports.LAUNCHER, ports.THANOS_PROBES}
# Within the network of tests/stack/view.yaml, and outside of what Docker gives out by itself.
OTHER_ADDRESS = "198.19.0.77"
START_SECONDS = 120
DOWN = "--profile grafana --profile late down --volumes --remove-orphans --timeout 5"
# How Grafana asks for the alerts about shards.
(PARAMETERS,) = (
    dict(parse_qsl(source["jsonData"]["customQueryParameters"]))
    for source in read_yaml(GRAFANA / "view" / "datasources" / "prometheus.yaml")["datasources"]
    if source["uid"] == DATA_SOURCE
)


@pytest.fixture(scope="module", autouse=True)
def files(
    docker_compose_command: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """Run the services until the tests of this file are over; yield the files that they are made from."""
    made = [str(FILE), str(write_containers(tmp_path_factory.mktemp("view")))]
    profile = "" if request.config.getoption("--without-grafana") else "--profile grafana "
    start = f"{profile}up --detach --wait --wait-timeout {START_SECONDS}"
    whole = False
    try:
        with get_docker_services(docker_compose_command, made, PROJECT, [DOWN, start], []):
            wait_for(lambda: all(answers(view) and ask(view, COUNT).value == NODES for view in ("view", "loose")), 60)
            whole = True
            yield made
    finally:
        if not whole or request.session.testsfailed:
            with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
                console.print(compose("logs --no-color --tail 8", made))
        compose(DOWN, made)


def compose(words: str, made: list[str]) -> str:
    return process.run(compose_command(*words.split(), project=PROJECT, files=made))


def answers(service: str) -> bool:
    """Return whether the query beside a service listens."""
    return ports.STORE in tell(service, LISTENERS)


def rows(service: str, query: str, at: float) -> set[tuple[frozenset[tuple[str, str]], str]]:
    """Return the series of an answer at a moment with their values; it fails where one comes twice."""
    found = ask(service, query, at)
    assert found.status == 200, found.said
    listed = {(frozenset(row["metric"].items()), str(row.get("values") or row["value"][1])) for row in found.rows}
    assert len(listed) == len(found.rows)
    return listed


def pools(service: str) -> dict[str, float]:
    """Return how many nodes of each pool are there."""
    return {row["metric"]["snow_compute_pool_name"]: float(row["value"][1]) for row in ask(service, POOLS).rows}


def test_each_shard_has_the_pools_that_their_names_give_it_and_the_view_has_all() -> None:
    state = json.loads(tell("simulator", GET, "http://127.0.0.1:8080/state")[1])
    nodes = {pool["name"]: len(pool["nodes"]) for pool in state["pools"]}
    for number, shard in enumerate(SHARDS):
        own = {name: count for name, count in nodes.items() if owner(name, len(SHARDS)) == number}
        assert own
        assert pools(shard) == own
        assert ask(shard, "sum(spcs_discovery_nodes)").value == sum(own.values())
    assert pools("view") == nodes


def test_the_view_has_every_series_of_both_shards_once() -> None:
    of_nodes, total = '{job="spcs-nodes"}', "sum(container_memory_usage)"

    def is_whole() -> bool:
        at = time.time() - 2 * INTERVAL
        first, second = (rows(shard, of_nodes, at) for shard in SHARDS)
        sums = [ask(service, total, at).value or 0 for service in ("view", *SHARDS)]
        added = sums[0] > 0 and sums[0] == pytest.approx(sums[1] + sums[2])
        return added and not first & second and rows("view", of_nodes, at) == first | second

    # What a shard scraped at that moment may be on its way.
    wait_for(is_whole, 40)


def test_what_shards_say_of_themselves_stays_apart() -> None:
    every = '{__name__!="", job!="spcs-nodes", job!=""}'

    def names(service: str, at: float) -> set[frozenset[tuple[str, str]]]:
        return {labels for labels, _ in rows(service, every, at)}

    def is_whole() -> bool:
        at = time.time() - 2 * INTERVAL
        first, second = (names(shard, at) for shard in SHARDS)
        shown = {dict(labels)["instance"] for labels in names("view", at)}
        return shown == {"SPCS_METRICS", "SPCS_METRICS_1"} and names("view", at) == first | second

    wait_for(is_whole, 40)


def shake(shard: str, *files: str) -> str:
    """Return what a sidecar answers another service with an authority, a certificate and a key."""
    shown = [f"/certificates/{file}/secret_string" for file in files]
    said: str = tell("stranger", SHAKE, alias(shard), str(PORT), SERVER_NAME, *shown)
    return said


@pytest.mark.parametrize("shard", SHARDS)
def test_a_sidecar_answers_by_its_name_who_has_the_views_certificate(shard: str) -> None:
    assert shake(shard, "own/CA", "own/CLIENT_CERT", "own/CLIENT_KEY") == "answered"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(("own/CA", "foreign/CLIENT_CERT", "foreign/CLIENT_KEY"), id="foreign certificate"),
        pytest.param(("own/CA", "own/SERVER_CERT", "own/SERVER_KEY"), id="certificate of a shard"),
        pytest.param(("own/CA",), id="without certificate"),
        pytest.param((), id="without TLS"),
    ],
)
def test_a_sidecar_refuses_everybody_else(files: tuple[str, ...]) -> None:
    assert shake("shard-1", *files).startswith("refused: ")


def test_other_services_reach_the_port_with_mutual_tls_and_those_of_probes_alone(pytestconfig: pytest.Config) -> None:
    boards = set() if pytestconfig.getoption("--without-grafana") else {ports.GRAFANA}
    opened = {shard: {PORT, *SHARD_PROBES} for shard in SHARDS} | {"view": {ports.THANOS_PROBES, *boards}}
    for service, expected in opened.items():
        listening = tell(service, LISTENERS)
        assert {ports.STORE, PORT} <= set(listening)
        assert set(tell("stranger", REACH, alias(service), *map(str, listening))) == expected, service


def test_the_views_grafana_draws_from_the_view_and_watches_the_shards(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--without-grafana"):
        pytest.skip("the view runs without Grafana, whose image cannot be built here")
    grafana = f"http://127.0.0.1:{ports.GRAFANA}/api"
    for source in ("prometheus", DATA_SOURCE):
        asked = f"{grafana}/datasources/proxy/uid/{source}/api/v1/query?query=count(up%7Bjob=%22spcs-nodes%22%7D)"
        status, body = tell("view", GET, asked, "SOMEBODY")
        assert status == 200, body
        assert json.loads(body)["data"]["result"][0]["value"][1] == str(NODES)
    _, rules = tell("view", GET, f"{grafana}/v1/provisioning/alert-rules", "BOSS")
    assert {rule["title"] for rule in json.loads(rules)} == {f"SpcsShardDown {shard}" for shard in range(MOST_SHARDS)}


def is_refused(answer: Answer) -> bool:
    """Return whether an answer is an error that names the second shard."""
    return answer.status == 422 and alias("shard-1") in answer.said


def longest_gap(began: float, ended: float) -> float:
    """Return the longest time between two samples of a node in the view; it fails where a node has none."""
    found = ask("view", f"{UP}[{ended - began + 2 * INTERVAL:.0f}s]", ended).rows
    assert len(found) == NODES
    times: list[list[float]] = [[began, *(at for at, _ in one["values"] if at > began), ended] for one in found]
    return max(later - at for of_node in times for at, later in itertools.pairwise(of_node))


def test_a_store_that_is_killed_makes_every_answer_an_error_that_names_its_shard_and_costs_no_sample() -> None:
    began = time.time()
    run("kill", container("shard-1-prometheus"))
    try:
        asked = [query for query in queries() if "vector(" not in query]
        found = ask_many("view", [{"query": query} for query in asked])
        assert len(asked) > 400
        assert not [query for query, answer in zip(asked, found, strict=True) if not is_refused(answer)]
        # The control: without the one word it is half of the truth as soon as the view has looked again.
        wait_for(lambda: (ask("loose", COUNT).status, ask("loose", COUNT).value) == (200, NODES / 2), 40)
        assert ask("loose", COUNT).said == ""
        assert is_refused(ask("view", COUNT))
        alerts = [ask("view", shard_alert(shard).expr, more=PARAMETERS).value for shard in (0, 1, 2)]
        assert alerts == [None, 1, None]
        probe = f"http://{alias('shard-1')}:{ports.THANOS_PROBES}"
        assert [tell("stranger", GET, f"{probe}{page}")[0] for page in ("/", "/alive")] == [503, 200]
    finally:
        run("start", container("shard-1-prometheus"))
    wait_for(lambda: ask("view", COUNT).value == NODES, 60)
    back = time.time()
    # The collector sends what waited.
    wait_for(lambda: longest_gap(began, back) < 1.9 * INTERVAL, 60)


def test_a_shard_that_returns_at_another_address_is_found_by_its_name_and_has_its_history(
    files: list[str], measured: Callable[[str], None]
) -> None:
    at, views = time.time() - INTERVAL, ("view", "late")
    known = rows("view", f"{UP}[1m]", at)
    assert len(known) == NODES
    assert tell("stranger", RESOLVE, alias("shard-1")) != OTHER_ADDRESS
    members = [container(f"shard-1{part}") for part in ("", "-otel", "-prometheus", "-thanos")]
    run("kill", *members)
    try:
        assert is_refused(ask("view", COUNT))
        # Its name is nobody's now, which does not keep a view from starting.
        compose("up --detach --no-deps late late-thanos", files)
        wait_for(lambda: answers("late") and is_refused(ask("late", COUNT)), 20)
    finally:
        run("network", "disconnect", NETWORK, members[0])
        run("network", "connect", "--ip", OTHER_ADDRESS, "--alias", alias("shard-1"), NETWORK, members[0])
        back = time.time()
        for member in members:
            run("start", member)
    wait_for(lambda: all(ask(view, f"count(timestamp({UP}) > {back:.0f})").value == NODES for view in views), 120)
    measured(f"the view was complete {time.time() - back:.0f} s after the shard's return at another address")
    assert tell("stranger", RESOLVE, alias("shard-1")) == OTHER_ADDRESS
    for view in views:
        assert rows(view, f"{UP}[1m]", at) == known
