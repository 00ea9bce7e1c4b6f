"""The parts as processes of this machine: simulator, store and collector, on free ports, ended together."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import requests
import yaml

from spcsmetrics import collector, ports, prometheus
from spcsmetrics.errors import UserError
from spcsmetrics.paths import ROOT
from spcsmetrics.process import Args

_STOP_SECONDS = 10.0
_START_SECONDS = 30.0


@dataclass
class Part:
    """A running process, its log, and the address people and PromQL reach it at."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""


@dataclass
class Run:
    """The folder of one run and the parts started in it."""

    folder: Path
    parts: list[Part] = field(default_factory=list)
    # Where the collector shows its own metrics, and the page about its pools and nodes.
    collector_metrics: int = field(default_factory=ports.find_free)
    collector_debug: int = field(default_factory=ports.find_free)

    def start(
        self, name: str, command: Args, *, env: Mapping[str, str] | None = None, url: str = "", cwd: Path = ROOT
    ) -> Part:
        """Start one part with its output in a log file of the run's folder."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # Ctrl-C goes to this process alone, which then ends its parts in order.
                start_new_session=True,
            )
        part = Part(name, process, log, url)
        self.parts.append(part)
        return part

    def stop(self) -> None:
        """End all parts, the last started first; those that do not end in time are killed."""
        for part in reversed(self.parts):
            part.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for part in reversed(self.parts):
            try:
                part.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()
        self.parts.clear()

    def check(self) -> None:
        """Raise UserError when a part has ended by itself."""
        for part in self.parts:
            if part.process.poll() is not None:
                lines = part.log.read_text(errors="replace").strip().splitlines()
                raise UserError(f"the {part.name} ended by itself: {lines[-1] if lines else 'it said nothing'}")


@contextmanager
def open_run(folder: Path) -> Iterator[Run]:
    """Yield a run whose parts are ended on the way out, also after Ctrl-C or SIGTERM."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder)
    previous = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield run
    finally:
        # A second Ctrl-C must not leave half of the parts running.
        previous[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
        run.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)


def wait_until(run: Run, ready: Callable[[], bool], what: str, seconds: float = _START_SECONDS) -> None:
    """Wait for a condition. Raises UserError after the bound, or as soon as a part ends by itself."""
    deadline = time.monotonic() + seconds
    while not ready():
        run.check()
        if time.monotonic() > deadline:
            raise UserError(f"{what} did not happen within {seconds:.0f} s: read the logs in {run.folder}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Tell whether an HTTP GET succeeds."""
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


@dataclass(frozen=True)
class Simulation:
    """A running simulator: its session folder, admin address and ports."""

    session: Path
    admin: str
    account_port: int
    dns_port: int
    driver_port: int

    def state(self) -> dict[str, object]:
        """Return what the simulated account holds now."""
        answer: dict[str, object] = requests.get(f"{self.admin}/state", timeout=10).json()
        return answer

    def doctor_command(self) -> str:
        """Return the command that examines the simulated account."""
        return (
            f"./inv doctor --host localhost --port {self.account_port} --token-file {self.session / 'token'} "
            f"--ca-file {self.session / 'ca.pem'} --dns-server 127.0.0.1:{self.dns_port}"
        )


def start_simulator(
    run: Run,
    pools: int,
    nodes: int,
    containers: int,
    *,
    frozen: bool = False,
    age: int = 0,
    service_delay: float = 1,
) -> Simulation:
    """Start the simulator with its nodes on loopback addresses, or on one address where there is only one.

    age is how many seconds it seems to have run already, service_delay how many a deployed service takes to run.
    """
    session = run.folder / "session"
    ready = session / "ports.json"
    ready.unlink(missing_ok=True)
    command: list[str | Path] = [sys.executable, "-m", "simulator", "--session", session]
    command += ["--pools", str(pools), "--nodes", str(nodes), "--containers", str(containers), "--age", str(age)]
    command += ["--service-delay", str(service_delay)]
    if frozen:
        command.append("--frozen")
    if not ports.can_bind("127.90.0.1", 0):
        command += ["--one-address", "--node-base", "127.0.0.1"]
        # Room for nodes that are added while it runs.
        command += ["--node-port", str(ports.find_run(pools * nodes + 20))]
    elif not ports.can_bind("127.90.0.1", ports.NODE):
        command += ["--node-port", str(ports.find_free())]
    run.start("simulator", command)
    wait_until(run, ready.exists, "the start of the simulator")
    found = json.loads(ready.read_text())
    return Simulation(session, f"http://127.0.0.1:{found['admin']}", found["account"], found["dns"], found["driver"])


def start_store(run: Run, config: Path = prometheus.CONFIG) -> Part:
    """Start Prometheus with the shipped configuration, or another, and an empty data folder."""
    port = ports.find_free()
    url = f"http://127.0.0.1:{port}"
    moved = run.folder / "prometheus.yml"
    text = config.read_text().replace(f"localhost:{ports.PROMETHEUS}", f"localhost:{port}")
    moved.write_text(text.replace("- rules/*.yml", f"- {config.parent}/rules/*.yml"))
    command: Args = [
        prometheus.binary(),
        f"--config.file={moved}",
        f"--storage.tsdb.path={run.folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-otlp-receiver",
        *prometheus.RETENTION,
    ]
    part = run.start("prometheus", command, url=url)
    wait_until(run, lambda: answers(f"{url}/-/ready"), "the start of Prometheus")
    return part


def start_collector(
    run: Run,
    simulation: Simulation,
    store: Part,
    scrape_interval: str,
    refresh: str = "5s",
    login: Mapping[str, str] | None = None,
    more: Sequence[Path] = (),
) -> Part:
    """Start the built collector with its shipped configuration, and what differs on this machine merged over it.

    login holds the receiver's keys that prove who asks, the session's token by default; more are files to merge.
    """
    health = ports.find_free()
    overlay = run.folder / "collector.yaml"
    login = login or {"token_file": str(simulation.session / "token")}
    overlay.write_text(yaml.safe_dump(_overlay(run, simulation, health, login)))
    env = {
        "GOGC": collector.GOGC,
        "SNOWFLAKE_HOST": "localhost",
        "SNOWFLAKE_PORT": str(simulation.account_port),
        "SPCS_SCRAPE_INTERVAL": scrape_interval,
        "SPCS_REFRESH_INTERVAL": refresh,
        "SPCS_STORE_ENDPOINT": f"{store.url}/api/v1/otlp/v1/metrics",
    }
    command: list[str | Path] = [collector.BINARY, "--config", collector.CONFIG, "--config", overlay]
    for file in more:
        command += ["--config", file]
    part = run.start("collector", command, env=env, url=f"http://127.0.0.1:{health}")
    wait_until(run, lambda: answers(part.url), "the start of the collector")
    return part


def _overlay(run: Run, simulation: Simulation, health: int, login: Mapping[str, str]) -> dict[str, object]:
    scrapes = yaml.safe_load(collector.CONFIG.read_text())["receivers"]["prometheus/self"]["config"]["scrape_configs"]
    scrapes[0]["scrape_interval"] = "${env:SPCS_SCRAPE_INTERVAL}"
    scrapes[0]["static_configs"] = [{"targets": [f"localhost:{run.collector_metrics}"]}]
    metrics = {"pull": {"exporter": {"prometheus": {"host": "localhost", "port": run.collector_metrics}}}}
    return {
        "receivers": {
            "spcs": {
                **login,
                "ca_file": str(simulation.session / "ca.pem"),
                "dns_server": f"127.0.0.1:{simulation.dns_port}",
                "debug_endpoint": f"localhost:{run.collector_debug}",
            },
            "prometheus/self": {"config": {"scrape_configs": scrapes}},
        },
        "extensions": {"health_check": {"endpoint": f"127.0.0.1:{health}"}},
        "service": {"telemetry": {"metrics": {"readers": [metrics]}}},
    }
