"""Simulator, store and collector: how each is started on this machine, on free ports."""

import itertools
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import requests
import yaml

from monitoring import selectors
from simulator.fleet import ACCOUNT
from spcsmetrics.core import groups, ports, process
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_step
from spcsmetrics.local import page
from spcsmetrics.local.processes import Process, Run, answers, start_bound
from spcsmetrics.programs import backfill, collector, demo_store, mended_library, prometheus, released
from spcsmetrics.programs.released import Asset

# Seconds between two scrapes of a node in a demo.
SCRAPE_INTERVAL = "5s"


def build_steps() -> list[Step]:
    """Return the steps before anything can be started, with a store of the shipped version."""
    steps = [groups.group_step("simulator"), *collector.build_steps()]
    return steps if prometheus.find_installed() else steps + prometheus.build_steps("prometheus")


def demo_steps(*, from_source: bool = False, history: bool = False) -> list[Step]:
    """Return the steps before a demo can be started, which needs no store so exact, and compiles less for its own.

    Args:
        from_source: whether programs are compiled here even where the release has them, made of the same sources, or
            where they were fetched from it before.
        history: whether the demo begins with a history, which a program writes.
    """
    writer = backfill.build_steps() if history else []
    if prometheus.find_installed() or prometheus.is_built() or not demo_store.locked_version():
        return build_steps() + writer
    programs = [one.asset() for one in (collector, demo_store, *([backfill] if history else []))]
    look = released.look_step([*programs, page.asset()], "programs and boards")
    # On a machine that has compiled it before, compiling takes no longer than fetching.
    look = replace(look, skip=lambda: collector.is_compiled_before() or all(one.is_current() for one in programs))
    is_there = Asset.is_made_here if from_source else Asset.is_current

    def is_complete() -> bool:
        return all(map(is_there, programs))

    def prepare() -> AbstractContextManager[None]:
        return nullcontext() if is_complete() else mended_library.preparing()

    go = go_step()
    build = mended_library.build_step(
        collector.source(),
        demo_store.source(),
        target=None,
        title="Build the collector and the demo's Prometheus",
        is_there=is_there,
    )
    return [
        *([] if from_source else [look]),
        # Go itself is for compiling alone.
        replace(go, skip=lambda: is_complete() or go.skip()),
        replace(groups.group_step("simulator"), meanwhile=prepare),
        build,
        *(replace(step, skip=partial(is_there, backfill.asset())) for step in writer[1:]),
    ]


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """A running simulator: the folder of its tokens and CA, which is a SNOWFLAKE_HOME, admin address and ports.

    arguments are those it was started with.
    """

    folder: Path
    arguments: tuple[str, ...]
    admin: str
    account_port: int
    dns_port: int
    driver_port: int

    def state(self) -> dict[str, Any]:
        """Return what the simulated account holds now."""
        answer: dict[str, Any] = requests.get(f"{self.admin}/state", timeout=10).json()
        return answer

    def doctor_command(self) -> str:
        """Return the command that examines the simulated account."""
        account: Args = ["--host", "localhost", "--port", str(self.account_port)]
        files: Args = ["--token-file", self.folder / "token", "--ca-file", self.folder / "ca.pem"]
        return process.render(["./inv", "doctor", *account, *files, "--dns-server", f"127.0.0.1:{self.dns_port}"])


def start_simulator(
    run: Run,
    pools: int = 1,
    nodes: int = 1,
    containers: int = 1,
    *,
    applications: int = 0,
    day: bool = False,
    frozen: bool = False,
    age: int = 0,
    service_delay: float = 1,
) -> Simulation:
    """Start the simulator with its nodes on loopback addresses, or on one address where there is only one.

    Args:
        run: where it is started.
        pools: number of compute pools.
        nodes: nodes in each pool.
        containers: containers on each node.
        applications: services that publish metrics of their own, have opted in and may be reached.
        day: play the account that had trouble within a day, instead of so many pools, nodes and containers.
        frozen: publish what was rendered first again and again, which makes a cheap load.
        age: seconds that it seems to have run already.
        service_delay: seconds that a deployed service takes until it runs.

    Raises:
        UserError: it did not start.
    """
    folder = run.folder / "session"
    ready = folder / "ports.json"
    ready.unlink(missing_ok=True)
    arguments = ["--session", str(folder), "--age", str(age), "--service-delay", str(service_delay)]
    arguments += ["--pools", str(pools), "--nodes", str(nodes), "--containers", str(containers)]
    arguments += ["--applications", str(applications)] if applications else []
    arguments += ["--frozen"] if frozen else []
    arguments += ["--day"] if day else []
    chosen: list[str] = []

    def start() -> Process:
        chosen[:] = [*arguments, *_choose_addresses(pools * nodes, applications)]
        return run.start("simulator", [sys.executable, "-m", "simulator", *chosen])

    start_bound(run, start, lambda _: ready.exists(), "the start of the simulator")
    return _read_simulation(ready, chosen)


def _read_simulation(ready: Path, arguments: Sequence[str]) -> Simulation:
    found = json.loads(ready.read_text())
    return Simulation(
        folder=ready.parent,
        arguments=tuple(arguments),
        admin=f"http://127.0.0.1:{found['admin']}",
        account_port=found["account"],
        dns_port=found["dns"],
        driver_port=found["driver"],
    )


def _choose_addresses(nodes: int, applications: int) -> list[str]:
    """Return the simulator's arguments that give its nodes and applications addresses which this machine has."""
    if not ports.can_bind("127.90.0.1", 0):
        # Room for nodes and applications that are added while it runs.
        port = ports.find_run(nodes + applications + 40)
        chosen = ["--one-address", "--node-base", "127.0.0.1", "--node-port", str(port)]
        return [*chosen, "--application-port", str(port + nodes + 20)]
    # Applications of several simulators have the same ports, so each has a block of addresses of its own.
    block = ["--application-base", f"127.{91 + os.getpid() % 100}.{ports.find_free() % 250}.1"]
    # Nodes of several have their usual port too, because a record of DNS without one means it.
    for number in (90, *(191 + (os.getpid() + further) % 64 for further in range(64))):
        if ports.can_bind(f"127.{number}.0.1", ports.NODE):
            return [*block, "--node-base", f"127.{number}.0.0"]
    return [*block, "--node-port", str(ports.find_free())]


def start_store(run: Run, config: Path = prometheus.CONFIG) -> Process:
    """Start Prometheus with the shipped configuration, or another, over the data of the run's folder.

    Raises:
        UserError: it did not start.
    """

    def start() -> Process:
        port = ports.find_free()
        return run.start("prometheus", _store_command(run, config, port), url=f"http://127.0.0.1:{port}")

    return start_bound(run, start, lambda store: answers(f"{store.url}/-/ready"), "the start of Prometheus")


def _store_command(run: Run, config: Path, port: int) -> Args:
    moved = run.folder / "prometheus.yml"
    settings = yaml.safe_load(config.read_text().replace("- rules/*.yml", f"- {config.parent}/rules/*.yml"))
    # The launcher, which names the targets, does not run here, nor does Grafana: a part that is silent is an alert.
    # A history has the shipped port.
    name = f"localhost:{ports.PROMETHEUS}"
    target = {"targets": [f"localhost:{port}"], "labels": {selectors.ACCOUNT: ACCOUNT, "instance": name}}
    own = {"job_name": "prometheus", "static_configs": [target]}
    jobs = [own if job["job_name"] == "siblings" else job for job in settings.get("scrape_configs", [])]
    moved.write_text(yaml.safe_dump(settings | {"scrape_configs": jobs}))
    return [
        prometheus.binary(),
        f"--config.file={moved}",
        f"--storage.tsdb.path={run.folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        *prometheus.RETENTION,
    ]


def start_collector(
    run: Run,
    simulation: Simulation,
    store: Process,
    scrape_interval: str,
    refresh: str = "5s",
    login: Mapping[str, str] | None = None,
    more: Sequence[Path] = (),
) -> Process:
    """Start the built collector with its shipped configuration, and what differs on this machine merged over it.

    Args:
        run: where it is started.
        simulation: the account, DNS and nodes to watch.
        store: where samples go.
        scrape_interval: time between two scrapes of a node, such as 5s.
        refresh: time between two refreshes of pools and nodes.
        login: the receiver's keys that prove who asks; the simulation's token by default.
        more: files to merge over the configuration.

    Raises:
        UserError: it did not start.
    """
    login = login or {"token_file": str(simulation.folder / "token")}
    env = {
        "GOGC": collector.GOGC,
        "SNOWFLAKE_ACCOUNT": ACCOUNT,
        "SNOWFLAKE_HOST": "localhost",
        "SNOWFLAKE_PORT": str(simulation.account_port),
        "SPCS_SCRAPE_INTERVAL": scrape_interval,
        "SPCS_REFRESH_INTERVAL": refresh,
        "SPCS_STORE_ENDPOINT": f"{store.url}/api/v1/write",
    }

    tries = itertools.count()

    def start() -> Process:
        if next(tries):
            # Another run may have taken one of them.
            run.collector_metrics, run.collector_debug = ports.find_free(), ports.find_free()
        health = ports.find_free()
        overlay = _write_overlay(run, simulation, health, login)
        files = [word for file in (collector.CONFIG, overlay, *more) for word in ("--config", file)]
        return run.start("collector", [collector.binary(), *files], env=env, url=f"http://127.0.0.1:{health}")

    return start_bound(run, start, lambda started: answers(started.url), "the start of the collector")


def _write_overlay(run: Run, simulation: Simulation, health: int, login: Mapping[str, str]) -> Path:
    metrics = {"pull": {"exporter": {"prometheus": {"host": "localhost", "port": run.collector_metrics}}}}
    overlay = {
        "receivers": {
            "spcs": {
                **login,
                "ca_file": str(simulation.folder / "ca.pem"),
                "dns_server": f"127.0.0.1:{simulation.dns_port}",
                "debug_endpoint": f"localhost:{run.collector_debug}",
                "self_endpoint": f"localhost:{run.collector_metrics}",
            },
        },
        "extensions": {"health_check": {"endpoint": f"127.0.0.1:{health}"}},
        "service": {"telemetry": {"metrics": {"readers": [metrics]}}},
    }
    file = run.folder / "collector.yaml"
    file.write_text(yaml.safe_dump(overlay))
    return file
