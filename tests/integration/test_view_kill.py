"""kill -9 while boards are open: of one of two replicas nobody sees anything, and of a shard all see an error.

Stores, collectors, sidecars and the view are the real programs; boards ask all their queries again and again, as
browsers do that have them open.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import requests
import yaml
from scaled_pairs import INTERVAL, Pair, start_pair
from views import STRICT_WITHOUT_REPLICAS, ask_one, start_view
from waiting import wait_for
from worlds import board_queries

from monitoring.rules.alerts import ALERTS
from monitoring.rules.shard_alerts import DATA_SOURCE, shard_alert
from monitoring.scope import scope_rule
from monitoring.selectors import JOB
from simulator.fleet import ACCOUNT
from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.core.polls import poll
from spcsmetrics.local import parts, processes
from spcsmetrics.local.processes import Process
from spcsmetrics.local.promql import fill

POOLS, NODES = 4, 5
SECONDS = 60
COUNT = f'count(up{{job="{JOB}"}} == 1)'
# Rates of a young store still change what some rules find; this one compares rates over five minutes.
PATIENCE_SECONDS = 420
OF_FIVE_MINUTES = "SpcsPrometheusDropsSamples"
Rows = frozenset[frozenset[tuple[str, str]]]


@contextmanager
def pairs(folder: Path, *which: dict[str, object]) -> Iterator[tuple[processes.Run, list[Pair]]]:
    """Yield a run with an account of 20 nodes that publish the same all the time, and pairs that watch it."""
    with processes.open_run(folder / "run") as run:
        simulation = parts.start_simulator(run, pools=POOLS, nodes=NODES, containers=4, frozen=True)
        started: list[Pair] = []
        try:
            for number, one in enumerate(which):
                started.append(start_pair(folder / str(number), simulation, **one))  # type: ignore[arg-type]
            yield run, started
        finally:
            for pair in started:
                pair.run.stop()


def queries() -> list[str]:
    """Return every query of the boards, as Grafana sends it with everything chosen."""
    asked = (expr.replace("$account", ACCOUNT) for expr in board_queries(("spcs-applications", "spcs-llm")))
    return sorted({fill(expr, interval=f"{4 * INTERVAL}s", seconds=120, choice=".*") for expr in asked})


def rows(view: Process, query: str) -> Rows:
    """Return the series of an answer, without their values. It fails where the view does not answer."""
    answer = requests.post(f"{view.url}/api/v1/query", data={"query": query}, timeout=30)
    assert answer.status_code == 200, f"{query}: {answer.text}"
    return frozenset(frozenset(row["metric"].items()) for row in answer.json()["data"]["result"])


def alerts(view: Process) -> dict[str, Rows]:
    """Return the state of each alert but that one, as the stores have it, and what Grafana would find of it."""
    asked = {name: alert.expr for name, alert in ALERTS.items() if name != OF_FIVE_MINUTES}
    found = {name: rows(view, scope_rule(expr)) for name, expr in asked.items()}
    return found | {"in the stores": rows(view, f'ALERTS{{alertname!="{OF_FIVE_MINUTES}"}}')}


def settle(view: Process) -> dict[str, Rows]:
    """Return the state of the alerts when it has been the same for a minute and the watchdog fires."""
    known, since = alerts(view), time.time()
    for found in poll(lambda: alerts(view), PATIENCE_SECONDS, pause=2):
        if found != known:
            known, since = found, time.time()
        watched = any({"SpcsWatchdog", "firing"} <= set(dict(one).values()) for one in known["in the stores"])
        if watched and time.time() - since > SECONDS:
            return known
    raise AssertionError("alerts go on changing")


def test_nobody_sees_that_one_of_two_replicas_dies_for_a_minute(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    with pairs(tmp_path, {"replica": "a"}, {"replica": "b"}) as (run, (first, second)):
        view = start_view(run, [first.endpoint, second.endpoint])
        wait_for(lambda: ask_one(view, COUNT)[1] == POOLS * NODES, 60)
        firing = settle(view)
        shown = {query: rows(view, query) for query in queries()}
        assert sum(map(bool, shown.values())) > 150, "most boards would show nothing anyway"
        died = time.time()
        ended = first.kill(first.sidecar, first.collector, first.store)
        steps = rounds = 0
        for _ in poll(lambda: None, SECONDS, pause=1):
            assert alerts(view) == firing
            rounds += 1
            for query, before in shown.items():
                if about_nodes(query):
                    # What a young store had not recorded yet may come.
                    assert before <= rows(view, query), query
                    status, value, said = ask_one(view, COUNT)
                    assert (status, value) == (200, POOLS * NODES), said
                    steps += 1
        measured(f"{POOLS * NODES} of {POOLS * NODES} nodes at {steps} steps, the same alerts {rounds} times")
        assert steps > len(shown)
        assert first.endpoint in ask_one(view, COUNT)[2], "what is away is named beside the answer"
        first.start_again(ended)
        wait_for(lambda: not ask_one(view, COUNT)[2], 60)
        window = {"query": COUNT, "start": died - 30, "end": time.time(), "step": INTERVAL}
        (line,) = requests.post(f"{view.url}/api/v1/query_range", data=window, timeout=30).json()["data"]["result"]
        assert {float(value) for _, value in line["values"]} == {POOLS * NODES}, "nor later, at any moment of it"
        assert alerts(view) == firing


def about_nodes(query: str) -> bool:
    """Return whether a query is not about the parts of the stack, of which one is away indeed."""
    parts_alone = ("otelcol", "prometheus_", "process_", "target_info", "spcs_store", "job!~")
    return not any(word in query for word in parts_alone)


# How Grafana asks for the alerts about shards.
SOURCES = yaml.safe_load((GRAFANA / "view" / "datasources" / "prometheus.yaml").read_text())["datasources"]
(PARAMETERS,) = (
    dict(parse_qsl(source["jsonData"]["customQueryParameters"])) for source in SOURCES if source["uid"] == DATA_SOURCE
)
# Of the alert's two minutes one is its own wait, and half of another passes between two evaluations.
FOUND_WITHIN = 30


def test_a_shard_that_dies_is_an_error_and_an_alert_and_lacks_nothing_when_it_is_back(tmp_path: Path) -> None:
    with pairs(tmp_path, {"shard": 0, "count": 2}, {"shard": 1, "count": 2}) as (run, (living, dying)):
        view = start_view(run, [living.endpoint, dying.endpoint], STRICT_WITHOUT_REPLICAS)
        wait_for(lambda: ask_one(view, COUNT)[1] == POOLS * NODES, 60)
        alert = shard_alert(1).expr
        assert ask_one(view, alert, PARAMETERS)[:2] == (200, None)
        asked = queries()
        began = time.time()
        ended = dying.kill(dying.sidecar, dying.store)
        for _ in poll(lambda: None, SECONDS, pause=1):
            for query in (COUNT, *asked[:: len(asked) // 20]):
                status, _, said = ask_one(view, query)
                assert status == 422, query
                assert dying.endpoint in said, said
            if time.time() > began + FOUND_WITHIN:
                assert ask_one(view, alert, PARAMETERS)[:2] == (200, 1)
            assert ask_one(view, shard_alert(0).expr, PARAMETERS)[:2] == (200, None)
        dying.start_again(ended[::-1])
        wait_for(lambda: ask_one(view, COUNT)[1] == POOLS * NODES, 60)
        back = time.time()
        # The collector has sent what waited: no two samples of any node are further apart than two scrapes.
        wait_for(lambda: longest_gap(view, began, back) < 1.9 * INTERVAL, 60)
        assert ask_one(view, alert, PARAMETERS)[:2] == (200, None)


def longest_gap(view: Process, began: float, ended: float) -> float:
    """Return the longest time between two samples of a node; it fails where a node has none."""
    span = ended - began + 2 * INTERVAL
    query = {"query": f'up{{job="{JOB}"}}[{span:.0f}s] @ {ended:.3f}'}
    series = requests.post(f"{view.url}/api/v1/query", data=query, timeout=30).json()["data"]["result"]
    assert len(series) == POOLS * NODES
    times: list[list[float]] = [[began, *(at for at, _ in one["values"] if at > began), ended] for one in series]
    return max(later - at for of_node in times for at, later in itertools.pairwise(of_node))
