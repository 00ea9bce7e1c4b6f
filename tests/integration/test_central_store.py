"""A copy for a central store: whatever happens there, the own store has all, and what waits outlives the collector."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from central_stores import TO_CENTRAL, write_files
from gaps import find_gaps
from gate import HANG, Gate, open_gate, wait_for_refusals
from stands import REFRESH_SECONDS, Stand, kill_and_restart
from waiting import wait_for

from spcsmetrics.local import parts, processes, promql

INTERVAL = 1
EVERYTHING = {"query": '{job=~"spcs-nodes|otelcol"}[10m]'}


@dataclass(frozen=True)
class Both:
    """A pipeline with its own store, and a central one behind a gate."""

    stand: Stand
    central: processes.Process
    gate: Gate

    def count(self, name: str) -> float:
        """Return a counter of the exporter to the central store."""
        return self.stand.own_metrics(f"spcs_store_{name}_samples_total")[TO_CENTRAL]

    def own_gaps(self, began: float, longest: float = 1.9 * INTERVAL) -> dict[str, float]:
        return find_gaps(self.stand, began, INTERVAL, longest)

    def lost(self) -> float:
        return self.stand.own_metrics("spcs_lost_samples_total")[""]

    def queued(self) -> float:
        """Return how many bytes wait for the central store."""
        sizes = self.stand.own_metrics("otelcol_exporter_queue_size")
        (size,) = [size for labels, size in sizes.items() if TO_CENTRAL.strip("{}") in labels]
        return size


@contextmanager
def open_both(folder: Path, *, before: str = "", **queue: object) -> Iterator[Both]:
    """Yield six nodes, their collector and both stores; before is what the file of the queue has."""
    own, other = folder / "own", folder / "central"
    other.mkdir(parents=True)
    with processes.open_run(own) as run, processes.open_run(other) as central_run:
        simulation = parts.start_simulator(run, pools=3, nodes=2, containers=2)
        store, central = parts.start_store(run), parts.start_store(central_run)
        with open_gate(central.url) as gate:
            more = write_files(folder, f"{gate.url}/api/v1/write", **queue)
            if before:
                (folder / "queue" / "exporter_spcs_store_central_logs").write_text(before)
            collector = parts.start_collector(run, simulation, store, f"{INTERVAL}s", f"{REFRESH_SECONDS}s", more=more)
            stand = Stand(run, simulation, store, collector, promql.over_http(store.url))
            wait_for(lambda: stand.up() == set(stand.nodes()), 30)
            yield Both(stand, central, gate)


def times(store: processes.Process) -> list[float]:
    """Return the times of all samples that the collector has sent to a store."""
    found = promql.result(promql.ask(store.url, "query", EVERYTHING))
    return [float(at) for series in found for at, _ in series["values"]]


Life = tuple[float, float, float]


def kill_while_shut(both: Both) -> tuple[list[Life], float]:
    """Kill the collector again and again while the central store is away, and that store too.

    Returns when each life began and ended, and how many samples the pipeline had taken in it; and the most seconds that
    the collector scraped nothing.
    """
    since, away, lives = 0.0, 0.0, []
    with both.gate.shut(503):
        wait_for_refusals(both.gate, 1)
        for _ in range(4):
            time.sleep(4 * INTERVAL)
            taken = both.stand.own_metrics("spcs_scraped_samples_total")[""]
            lives.append((since, time.time(), taken))
            since = time.time()
            away = max(away, both.stand.kill_collector())
        kill_and_restart(both.central, "/-/ready")
    return lives, away


def count_missing(both: Both, lives: list[Life]) -> list[float]:
    """Return how many samples of each life the central store lacks, once nothing waits any more."""
    both.stand.wait_for_scrapes()
    wait_for(lambda: both.queued() < 20_000, 60)
    arrived = times(both.central)
    return [max(0, taken - sum(begin < at <= end for at in arrived)) for begin, end, taken in lives]


def test_a_central_store_that_was_away_lacks_nothing_although_the_collector_was_killed(tmp_path: Path) -> None:
    with open_both(tmp_path) as both:
        began = time.time()
        lives, away = kill_while_shut(both)
        assert count_missing(both, lives) == [0] * len(lives)
        # What was scraped within a batch's second before an end was in no queue yet.
        assert both.own_gaps(began, 1.9 * INTERVAL + 1 + away) == {}
        assert both.count("refused") == both.count("dropped") == both.lost() == 0


def test_with_a_queue_in_memory_the_same_loses_samples(tmp_path: Path) -> None:
    with open_both(tmp_path, storage=None) as both:
        lives, _ = kill_while_shut(both)
        assert all(count_missing(both, lives))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    # Room for about five seconds.
    with open_both(tmp_path_factory.mktemp("bounded"), queue_size=60_000) as opened:
        yield opened


@pytest.mark.parametrize("answer", [HANG, 503, 429, 401, 404])
def test_a_central_store_that_takes_nothing_costs_the_own_store_nothing(both: Both, answer: int | str) -> None:
    began, size, before, refused = time.time(), both.stand.log_size(), both.count("dropped"), both.count("refused")
    with both.gate.shut(answer, Retry_After="1"):
        wait_for(lambda: both.count("dropped") > before, 60)
        time.sleep(3 * INTERVAL)
        newest = both.stand.query('min(timestamp(up{job="spcs-nodes"}))')[0].value
        assert time.time() - newest < 3 * INTERVAL
    assert both.own_gaps(began) == {}
    assert both.lost() == both.stand.refused_samples() == 0
    assert both.count("refused") == refused
    assert len(both.stand.log_lines("Samples of the copy are lost", size)) <= 1
    wait_for(lambda: both.queued() < 20_000, 60)


def test_what_the_central_store_refuses_is_counted_for_it_alone(both: Both) -> None:
    before, size = both.count("refused"), both.stand.log_size()
    with both.gate.shut(400):
        wait_for_refusals(both.gate, 2)
    both.stand.wait_for_scrapes()
    assert both.count("refused") > before
    assert both.stand.refused_samples() == both.lost() == 0
    (line,) = both.stand.log_lines("The store refuses samples", size)
    assert "spcs_store/central" in line


def test_both_stores_have_the_same_series_with_the_account_on_each(both: Both) -> None:
    query = '{job=~"spcs-nodes|otelcol"}'
    both.stand.wait_for_scrapes()
    own, central = (
        {tuple(sorted(sample.labels.items())) for sample in promql.over_http(store.url)(query)}
        for store in (both.stand.store, both.central)
    )
    assert own == central
    assert all(dict(series)["snow_account_name"] for series in central)


def test_a_torn_file_of_the_queue_stops_neither_store(tmp_path: Path) -> None:
    with open_both(tmp_path, before="torn" * 5000) as both:
        wait_for(lambda: both.count("written") > 0, 30)
        assert both.count("dropped") == 0
