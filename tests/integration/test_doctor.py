"""The doctor, against the simulated account."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from spcsmetrics.core.paths import ROOT
from spcsmetrics.local import parts, processes


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[parts.Simulation]:
    folder: Path = tmp_path_factory.mktemp("doctor")
    with processes.open_run(folder) as run:
        yield parts.start_simulator(run, pools=3, nodes=1, containers=2, applications=2)


def examine(simulation: parts.Simulation, *more: str) -> tuple[int, dict[str, dict[str, Any]], str]:
    """Return exit code, pools by name, and everything that was printed."""
    words = shlex.split(simulation.doctor_command())[1:]
    command = [sys.executable, "-m", "spcsmetrics.tasks", *words, "--json", *more]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)
    pools = json.loads(done.stdout)["pools"] if done.stdout else []
    return done.returncode, {pool["name"]: pool for pool in pools}, done.stdout + done.stderr


def change(simulation: parts.Simulation, path: str, body: dict[str, Any]) -> None:
    method = "PUT" if path.startswith("/faults") else "PATCH"
    assert requests.request(method, simulation.admin + path, json=body, timeout=5).ok


def test_a_healthy_account_is_all_ok(simulation: parts.Simulation) -> None:
    code, pools, _ = examine(simulation, "--pools", "web_pool")
    assert code == 0
    assert {pool["verdict"] for pool in pools.values()} == {"ok"}
    assert {pool["privilege"] for pool in pools.values()} == {"MONITOR"}


def test_each_pool_comes_with_its_problem_and_the_sql_that_repairs_it(simulation: parts.Simulation) -> None:
    (node,) = [pool["nodes"][0]["address"] for pool in simulation.state()["pools"] if pool["name"] == "GPU_POOL"]
    change(simulation, "/pools/WEB_POOL", {"privilege": "USAGE"})
    change(simulation, "/pools/BATCH_POOL", {"state": "SUSPENDED"})
    change(simulation, f"/faults/nodes/{node}", {"fault": "garbage"})
    code, pools, _ = examine(simulation, "--pools", "OTHER_POOL")
    assert code == 1
    assert pools["WEB_POOL"]["fix"] == "GRANT MONITOR ON COMPUTE POOL WEB_POOL TO ROLE METRICS_ROLE;"
    assert pools["BATCH_POOL"]["verdict"] == "inactive"
    assert pools["BATCH_POOL"]["fix"] == "ALTER COMPUTE POOL BATCH_POOL RESUME;"
    assert "cannot be scraped" in pools["GPU_POOL"]["problem"]
    assert "does not list it" in pools["OTHER_POOL"]["problem"]
    change(simulation, "/pools/WEB_POOL", {"privilege": "MONITOR"})
    change(simulation, "/pools/BATCH_POOL", {"state": "ACTIVE"})
    change(simulation, f"/faults/nodes/{node}", {"fault": None})
    assert examine(simulation)[0] == 0, "what the SQL says is what repairs it"


def test_a_token_that_is_refused_is_a_sentence_without_the_token(simulation: parts.Simulation) -> None:
    change(simulation, "/faults/account", {"fault": "expired"})
    code, _, printed = examine(simulation)
    change(simulation, "/faults/account", {"fault": None})
    assert code == 1
    assert "HTTP 401, code 390318" in printed
    assert (simulation.folder / "token").read_text() not in printed


def test_applications_are_examined_where_that_is_asked_for(simulation: parts.Simulation) -> None:
    _, _, said = examine(simulation)
    assert '"services"' not in said
    code, _, said = examine(simulation, "--applications")
    assert code == 0
    found = {one["name"]: one for one in json.loads(said[: said.rindex("}") + 1])["services"]}
    assert found["ANALYTICS.PUBLIC.LLM"]["first_line"].startswith("# HELP vllm:")
    assert {(one["listed"], one["connected"], one["verdict"]) for one in found.values()} == {(True, True, "ok")}
