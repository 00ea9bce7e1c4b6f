"""No sample is lost between the nodes and the store without a word, and no node speaks for another."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gaps import find_gaps
from gate import CUT, HANG, Gate, open_gate, wait_for_refusals
from stands import REFRESH_SECONDS, Stand, kill_and_restart, write_durable_queue
from waiting import wait_for

from spcsmetrics.local import parts, processes, promql

INTERVAL = 1


@contextmanager
def open_gated(folder: Path, *, more: tuple[Path, ...] = ()) -> Iterator[tuple[Stand, Gate]]:
    """Yield a pipeline of six nodes whose collector reaches the store through a gate."""
    with processes.open_run(folder) as run:
        simulation = parts.start_simulator(run, pools=3, nodes=2, containers=2)
        store = parts.start_store(run)
        with open_gate(store.url) as gate:
            front = processes.Process(name=store.name, popen=store.popen, log=store.log, url=gate.url)
            collector = parts.start_collector(run, simulation, front, f"{INTERVAL}s", f"{REFRESH_SECONDS}s", more=more)
            stand = Stand(run, simulation, store, collector, promql.over_http(store.url))
            wait_for(lambda: stand.up() == set(stand.nodes()), 30)
            yield stand, gate


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stand, Gate]]:
    with open_gated(tmp_path_factory.mktemp("gated")) as both:
        yield both


@pytest.fixture
def stand(gated: tuple[Stand, Gate]) -> Stand:
    return gated[0]


@pytest.fixture
def gate(gated: tuple[Stand, Gate]) -> Gate:
    return gated[1]


def gaps(stand: Stand, began: float, longest_allowed: float = 1.9 * INTERVAL) -> dict[str, float]:
    """Return, of each node that lacks samples since a moment, the longest time between two of them."""
    return find_gaps(stand, began, INTERVAL, longest_allowed)


def shown(stand: Stand, address: str) -> tuple[str, int, int]:
    """Return what the page says of a node: the reason, and how many samples are left out or have times of their own."""
    (node,) = [node for pool in stand.status()["pools"] for node in pool["nodes"] if node["address"] == address]
    return node.get("reason", ""), node["samples_left_out"], node["samples_with_own_timestamps"]


@pytest.mark.parametrize("answer", [500, 502, 503, 429, CUT, HANG])
def test_a_store_that_cannot_take_samples_gets_them_later(stand: Stand, gate: Gate, answer: int | str) -> None:
    began = time.time()
    with gate.shut(answer):
        wait_for_refusals(gate, 1)
        time.sleep(5 * INTERVAL)
    assert gaps(stand, began) == {}
    assert stand.refused_samples() == 0


def test_a_redirect_of_the_store_is_named_and_not_followed_and_its_samples_wait(stand: Stand, gate: Gate) -> None:
    size, began = stand.log_size(), time.time()
    with gate.shut(307, Location=f"{stand.store.url}/api/v1/write?token=secret"):
        wait_for_refusals(gate, 2)
    (line,) = stand.log_lines("is not followed", size)
    assert f"points to {stand.store.url}/api/v1/write" in line
    assert "secret" not in line
    assert gaps(stand, began) == {}
    assert stand.refused_samples() == 0


def test_a_store_that_says_when_to_come_back_is_left_alone_until_then(stand: Stand, gate: Gate) -> None:
    began = time.time()
    with gate.shut(429, Retry_After="4"):
        wait_for_refusals(gate, 1)
        time.sleep(3)
        assert gate.refused == 1
    assert gaps(stand, began) == {}


def test_samples_that_the_store_refuses_for_good_are_counted_and_named_once(stand: Stand, gate: Gate) -> None:
    size, before = stand.log_size(), stand.refused_samples()
    with gate.shut(400):
        wait_for_refusals(gate, 3)
    stand.wait_for_scrapes()
    (line,) = stand.log_lines("The store refuses samples", size)
    assert "closed for a test" in line
    assert stand.refused_samples() > before


def test_a_killed_store_loses_nothing(stand: Stand) -> None:
    began = time.time()
    for _ in range(5):
        kill_and_restart(stand.store, "/-/ready")
        time.sleep(1)
    assert gaps(stand, began) == {}


@pytest.mark.parametrize("extra", ['nameless{""="x"} 1\n', '{"nameless","" = "x"} 1\n'])
def test_a_label_without_a_name_costs_its_own_node_alone(stand: Stand, extra: str) -> None:
    node, size, began = stand.nodes()[0], stand.log_size(), time.time()
    stand.admin_text("PUT", f"/nodes/{node}/extra", extra)
    wait_for(lambda: bool(stand.log_lines("invalid_body", size)), 20)
    stand.wait_for_scrapes()
    assert stand.collector.popen.poll() is None
    assert set(gaps(stand, began)) <= {node}
    stand.admin_text("PUT", f"/nodes/{node}/extra", "")
    wait_for(lambda: stand.up() == set(stand.nodes()), 20)


@pytest.mark.parametrize(
    "extra",
    ["old 64 {now-86400000}\n", "near 64 {now+60000}\n", "repeated 64 1700000000000\n", "seconds 64 1764082800\n"],
)
def test_the_time_of_the_scrape_counts_and_the_node_is_named(stand: Stand, extra: str) -> None:
    node, size, began = stand.nodes()[0], stand.log_size(), time.time()
    stand.admin_text("PUT", f"/nodes/{node}/extra", extra)
    name = extra.split(maxsplit=1)[0]
    wait_for(lambda: bool(stand.query(name)), 20)
    (sample,) = stand.query(f"timestamp({name})")
    assert began - INTERVAL < sample.value < time.time()
    assert gaps(stand, began) == {}
    (line,) = stand.log_lines("own_timestamps", size)
    assert node in line
    assert shown(stand, node) == ("own_timestamps", 0, 1)
    stand.admin_text("PUT", f"/nodes/{node}/extra", "")
    wait_for(lambda: shown(stand, node) == ("", 0, 0), 10)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ("twice 1 {now-2000}\ntwice 2 {now-1000}\n", "duplicate_series"),
        ("far 64 {now+86400000}\n", "future_timestamp"),
        ("up 0\nscrape_samples_scraped 1\n", "reserved_series"),
        ('long{label="' + "x" * 1_000_000 + '"} 1\n', "label_too_long"),
    ],
)
def test_a_node_that_sends_odd_samples_is_named_and_costs_no_other(stand: Stand, extra: str, reason: str) -> None:
    node, *others = stand.nodes()
    size, began = stand.log_size(), time.time()
    stand.admin_text("PUT", f"/nodes/{node}/extra", extra)
    wait_for(lambda: bool(stand.log_lines(reason, size)), 20)
    time.sleep(3 * INTERVAL)
    assert not set(gaps(stand, began)) & set(others)
    (line,) = stand.log_lines(reason, size)
    assert node in line
    assert reason in shown(stand, node)[0]
    assert {shown(stand, other) for other in others} == {("", 0, 0)}
    stand.admin_text("PUT", f"/nodes/{node}/extra", "")
    stand.wait_for_scrapes()


def test_a_node_cannot_take_the_name_of_another(stand: Stand) -> None:
    node, other = stand.nodes()[:2]
    extra = f'target_info{{"service.name"="my-app","service.instance.id"="{other}"}} 1\n'
    extra += f'spoken_for{{job="spcs-nodes",instance="{other}"}} 1\n'
    stand.admin_text("PUT", f"/nodes/{node}/extra", extra)
    wait_for(lambda: bool(stand.query("spoken_for")), 20)
    stand.wait_for_scrapes()
    (spoken,) = stand.query("spoken_for")
    assert spoken.labels["instance"] == node
    assert {sample.labels["instance"] for sample in stand.query("up") if sample.labels["job"] == "my-app"} == set()
    assert stand.up() == set(stand.nodes())
    assert {sample.labels["instance"] for sample in stand.query("target_info{job='spcs-nodes'}")} <= {node}
    stand.admin_text("PUT", f"/nodes/{node}/extra", "")


def test_what_the_collector_loses_at_its_end_is_said(tmp_path: Path) -> None:
    with open_gated(tmp_path / "lost") as (stand, gate), gate.shut(503):
        wait_for_refusals(gate, 2)
        time.sleep(2 * INTERVAL)
        stand.collector.popen.terminate()
        stand.collector.popen.wait(25)
        assert stand.log_lines("Samples are lost: the collector ends while the store does not answer")


def test_a_durable_queue_keeps_samples_over_a_killed_collector(tmp_path: Path) -> None:
    durable = write_durable_queue(tmp_path / "durable")
    with open_gated(tmp_path / "run", more=(durable,)) as (stand, gate):
        began, since, away, lives = time.time(), 0.0, 0.0, []
        with gate.shut(503):
            wait_for_refusals(gate, 1)
            for _ in range(4):
                time.sleep(4 * INTERVAL)
                queued = stand.own_metrics("spcs_scraped_samples_total")[""]
                lives.append((since, time.time(), queued))
                since = time.time()
                away = max(away, stand.kill_collector())
        # What was scraped within a batch's second before the end was in no queue yet.
        assert gaps(stand, began, 1.9 * INTERVAL + 1 + away) == {}
        everything = {"query": '{job=~"spcs-nodes|otelcol"}[10m]'}
        found = promql.result(promql.ask(stand.store.url, "query", everything))
        times = [float(at) for series in found for at, _ in series["values"]]
        # Of each life by itself, because samples of the next one would stand in for lost ones.
        for begin, end, queued in lives:
            assert sum(begin < at <= end for at in times) >= queued
