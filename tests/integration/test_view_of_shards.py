"""Shards by pool behind one view answer as one store does: every board, rule, alert and variable."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from sharded import Division, by_node, by_pool, queries, variables, whole, write_part
from views import STRICT_WITHOUT_REPLICAS, start_shard, start_store, start_view

from spcsmetrics.local import processes
from spcsmetrics.local.history import STEP

Vector = dict[frozenset[tuple[str, str]], float]


@dataclass(kw_only=True)
class Stage:
    """A run with one whole store, and views over parts of the same history by name."""

    run: processes.Run
    end: int
    store: str
    views: dict[str, str] = field(default_factory=dict)
    client: requests.Session = field(default_factory=requests.Session)

    def divide(self, name: str, division: Division, count: int) -> str:
        """Return the address of a view over so many shards, which are made when they are first asked for."""
        if name not in self.views:
            endpoints = []
            for part in range(count):
                data = write_part(self.run.folder / f"{name}-{part}", division, part, self.end)
                endpoints.append(start_shard(self.run, data, part, name=name).endpoint)
            view = start_view(self.run, endpoints, STRICT_WITHOUT_REPLICAS, name=f"view-{name}")
            self.views[name] = view.url
        return self.views[name]

    def ask(self, url: str, query: str) -> Vector:
        asked = {"query": query, "time": self.end - STEP}
        answer = self.client.post(f"{url}/api/v1/query", data=asked, timeout=60).json()
        assert answer["status"] == "success", f"{query}: {answer['error']}"
        result: list[dict[str, Any]] = answer["data"]["result"]
        return {frozenset(row["metric"].items()): float(row["value"][1]) for row in result}

    def values(self, url: str, selector: str, label: str) -> list[str]:
        times: dict[str, Any] = {"match[]": selector, "start": self.end - 3600, "end": self.end}
        return list(self.client.get(f"{url}/api/v1/label/{label}/values", params=times, timeout=60).json()["data"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    end = int(time.time()) // STEP * STEP
    folder: Path = tmp_path_factory.mktemp("view")
    with processes.open_run(folder) as run:
        data = write_part(folder / "whole", whole, 0, end)
        yield Stage(run=run, end=end, store=start_store(run, "whole-store", data, {}).url)


def differs(one: Vector, other: Vector) -> bool:
    def same(a: float, b: float) -> bool:
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b))

    return set(one) != set(other) or not all(same(value, other[key]) for key, value in one.items())


@pytest.mark.parametrize("count", [2, 4])
def test_shards_of_whole_pools_answer_as_one_store(stage: Stage, count: int, measured: Callable[[str], None]) -> None:
    view = stage.divide(f"{count}-by-pool", by_pool(count), count)
    answers = {query: stage.ask(stage.store, query) for query in queries()}
    different = [query for query, answer in answers.items() if differs(answer, stage.ask(view, query))]
    rows = sum(bool(answer) for answer in answers.values())
    measured(f"{len(different)} of {len(answers)} queries differ, {rows} of which have rows")
    assert not different
    assert rows > 200, "the history is too poor to prove anything"
    found = {variable: stage.values(stage.store, *variable) for variable in variables()}
    assert {variable: stage.values(view, *variable) for variable in found} == found
    assert all(found.values())


def test_shards_that_divide_a_pool_do_not(stage: Stage, measured: Callable[[str], None]) -> None:
    view = stage.divide("by-node", by_node, 2)
    different = [query for query in queries() if differs(stage.ask(stage.store, query), stage.ask(view, query))]
    measured(f"{len(different)} queries differ where pools are divided")
    assert len(different) > 10, "the comparison finds nothing"
