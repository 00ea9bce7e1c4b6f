"""The demo as its user runs it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from admin import call
from waiting import wait_for

from spcsmetrics.core import ports
from spcsmetrics.core.paths import ROOT
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http
from spcsmetrics.local.verification import verify_until

INV = [sys.executable, "-m", "spcsmetrics.tasks"]


def test_check_prints_a_summary_and_exits_with_0() -> None:
    command = [*INV, "demo", "--check", "--pools", "2", "--nodes", "1", "--containers", "4"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["ok"]
    # Two instances of the one application are on the nodes, too.
    assert (summary["pools"], summary["nodes"], summary["containers"]) == (2, 2, 10)


def test_check_with_applications_compares_every_series_of_theirs() -> None:
    command = [*INV, "demo", "--check", "--applications", "--pools", "2", "--nodes", "1", "--containers", "2"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["ok"]
    assert summary["applications"] == 4, "two instances of the model's server, one each of the others"


def listening(connections: Iterable[Any]) -> set[tuple[str, int]]:
    """Return the addresses and ports at which something listens."""
    return {(one.laddr.ip, one.laddr.port) for one in connections if one.laddr and one.status == psutil.CONN_LISTEN}


def test_ctrl_c_leaves_no_process_and_no_port() -> None:
    demo = subprocess.Popen(
        [*INV, "demo", "--pools", "1", "--nodes", "1"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert demo.stderr is not None
    shown = ""
    for line in demo.stderr:
        shown += line
        if "Busiest container" in line:
            break
    children = psutil.Process(demo.pid).children(recursive=True)
    assert len(children) in {3, 4}, "simulator, Prometheus and collector, and the preview where it is built"
    taken = set().union(*(listening(child.net_connections()) for child in children))
    assert len(taken) >= len(children)
    assert "WEB_POOL" in shown
    assert re.search(r"Prometheus +http://127\.0\.0\.1:\d+", shown)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) == 130
    assert not [child for child in children if child.is_running()]
    wait_for(lambda: not taken & listening(psutil.net_connections()), 5)


def test_an_address_that_cannot_be_had_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "--session", str(tmp_path), "--admin-port", "1"]
    taken = [*command, "--host", "192.0.2.1"]
    done = subprocess.run(taken, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.startswith("simulator: ")
    assert "Traceback" not in done.stderr


def test_a_second_simulator_at_the_same_addresses_names_the_one_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        first.listen()
        port = first.getsockname()[1]
        command = [sys.executable, "-m", "simulator", "--session", str(tmp_path), "--one-address"]
        command += ["--node-base", "127.0.0.1", "--node-port", str(port)]
        done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"simulator: 127.0.0.1:{port} is taken by another program, such as a second simulator"
    )
    assert len(done.stderr.splitlines()) == 1


def test_simulators_that_run_at_once_have_addresses_of_their_own_and_the_usual_port(tmp_path: Path) -> None:
    with processes.open_run(tmp_path / "one") as one, processes.open_run(tmp_path / "other") as other:
        runs = [parts.start_simulator(run, pools=2, nodes=1, containers=1) for run in (one, other)]
        pools = [pool for run in runs for pool in call(run.admin, "GET", "/state")["pools"]]
        nodes = [node["address"] for pool in pools for node in pool["nodes"]]
    assert len(set(nodes)) == 4
    assert {node.rpartition(":")[2] for node in nodes} == {str(ports.NODE)}


def test_where_there_is_one_address_only_nodes_differ_by_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "can_bind", lambda _host, _port: False)
    with processes.open_run(tmp_path) as run:
        simulation = parts.start_simulator(run, pools=2, nodes=2, containers=2)
        store = parts.start_store(run)
        parts.start_collector(run, simulation, store, "1s", "1s")
        summary = verify_until(simulation.admin, over_http(store.url), 20)
        assert summary.ok, summary
        assert {sample.labels["instance"].split(":")[0] for sample in over_http(store.url)("node_cpu_capacity")} == {
            "127.0.0.1"
        }


def start_demo() -> tuple[subprocess.Popen[str], str]:
    """Start a demo on a dumb terminal, and return it with what it printed until its first table."""
    command = [*INV, "demo", "--pools", "2", "--nodes", "1", "--containers", "2"]
    environment = {**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    demo = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment)
    assert demo.stderr is not None
    shown = ""
    for line in demo.stderr:
        shown += line
        if "Ctrl-C ends the demo" in line:
            break
    return demo, shown


def run_printed(command: str) -> str:
    words = [*INV, *command.split()[1:]] if command.startswith("./inv") else command.split()
    done = subprocess.run(words, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_the_demo_prints_works_as_printed() -> None:
    demo, shown = start_demo()
    try:
        assert "\x1b" not in shown
        deploy, suspend, break_node, doctor = re.findall(r"(?:Now try|Deploy) +(\S.*)", shown)
        folder = Path(re.findall(r"Logs +(\S+)", shown)[0])
        (state,) = re.findall(r"Simulator +(http\S+)", shown)
        assert "CREATE COMPUTE POOL" in run_printed(deploy)
        assert "WEB_POOL" in run_printed(doctor)
        run_printed(suspend)
        run_printed(break_node)
        run_printed(f"./inv demo.add NEW_POOL --nodes 2 --demo {folder.name}")
        pools = {pool["name"]: pool for pool in requests.get(state, timeout=10).json()["pools"]}
        assert pools["WEB_POOL"]["state"] == "SUSPENDED"
        assert pools["WEB_POOL"]["nodes"][0]["fault"] == "down"
        assert len(pools["NEW_POOL"]["nodes"]) == 2
        run_printed(suspend.replace(".suspend", ".resume"))
        run_printed(break_node.replace(".break", ".mend"))
        mended = requests.get(state, timeout=10).json()["pools"][0]
        assert (mended["state"], mended["nodes"][0]["fault"]) == ("ACTIVE", None)
        refused = subprocess.run([*INV, "demo.suspend", "X"], capture_output=True, check=False, text=True, cwd=ROOT)
        assert refused.returncode == 1
        assert "the pool X is unknown: the pools are WEB_POOL" in refused.stderr
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
    assert not folder.exists()


def test_six_demos_at_once_in_one_clone_pass() -> None:
    command = [*INV, "demo", "--check", "--pools", "1", "--nodes", "1", "--containers", "1"]
    pipe = subprocess.PIPE
    demos = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) for _ in range(6)]
    said = [demo.communicate(timeout=180) for demo in demos]
    assert not [err for demo, (_, err) in zip(demos, said, strict=True) if demo.returncode]


def test_a_collector_whose_port_another_run_took_starts_on_another(tmp_path: Path) -> None:
    with processes.open_run(tmp_path) as run, socket.socket() as other:
        simulation = parts.start_simulator(run, pools=1, nodes=1, containers=1)
        store = parts.start_store(run)
        taken = run.collector_debug
        other.bind(("127.0.0.1", taken))
        other.listen()
        collector = parts.start_collector(run, simulation, store, "1s")
        assert processes.answers(collector.url)
        assert run.collector_debug != taken
