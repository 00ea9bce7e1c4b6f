"""A store in which every query of the boards has rows, fed by the real collector."""

from dataclasses import dataclass
from pathlib import Path

import requests
import yaml
from launchers import start_launched_store
from waiting import SCRAPE_SECONDS, wait_for

from monitoring.selectors import APPLICATION_JOB, JOB
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.local import parts, processes
from spcsmetrics.local.applications import forced_labels
from spcsmetrics.local.promql import InstantQuery, over_http
from spcsmetrics.programs import prometheus

# By then a container has done its work, and soon another is killed for its memory: at 240 s.
AGE = 200
# Counts by reason; a reason appears with its first failure.
FAILURES = ("spcs_scrape_failures_total", "spcs_discovery_failures_total")


@dataclass(frozen=True)
class Store:
    """A store that has been fed for a while, and the address of the simulator."""

    query: InstantQuery
    url: str
    admin: str


def write_fast_configuration(folder: Path) -> Path:
    """Write the shipped configuration with rules that are evaluated every two seconds."""
    rules = folder / "rules"
    rules.mkdir()
    for file in RULE_FOLDER.glob("*.yml"):
        text = file.read_text().replace("interval: 30s", "interval: 2s").replace("interval: 4m", "interval: 2s")
        (rules / file.name).write_text(text)
    config = folder / "fast.yml"
    text = prometheus.CONFIG.read_text().replace("_interval: 30s", "_interval: 2s").replace("offset: 30s", "offset: 2s")
    config.write_text(text)
    return config


def scrape_applications(config: Path, admin: str) -> None:
    """Let the store scrape the simulated applications by itself, with the labels that the receiver forces."""
    targets = [
        {"targets": [instance["address"]], "labels": forced_labels(application, instance["number"])}
        for application in requests.get(f"{admin}/applications", timeout=5).json()
        for instance in application["instances"]
    ]
    reserved = {"source_labels": ["__name__"], "regex": "target_info", "action": "drop"}
    job = {
        "job_name": APPLICATION_JOB,
        "static_configs": targets,
        "metric_relabel_configs": [reserved],
        "sample_limit": 5000,
        "body_size_limit": "8MB",
        "extra_scrape_metrics": True,
    }
    settings = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump(settings | {"scrape_configs": [*settings["scrape_configs"], job]}))


def start_full_store(run: processes.Run) -> Store:
    """Start simulator, store and collector, and let each kind of failure happen once."""
    simulation = parts.start_simulator(run, pools=3, nodes=2, containers=8, age=AGE, applications=1)
    config = write_fast_configuration(run.folder)
    scrape_applications(config, simulation.admin)
    launched = start_launched_store(run, config, env={"SPCS_SERIES": "45000"})
    store = launched.process
    parts.start_collector(run, simulation, launched.door, f"{SCRAPE_SECONDS}s", "2s")
    query = over_http(store.url)
    node = simulation.state()["pools"][0]["nodes"][0]["address"]
    _set_fault(simulation, f"nodes/{node}", "garbage")
    _set_fault(simulation, "account", "expired")
    wait_for(lambda: all(query(f"{name} > 0") for name in FAILURES), 30)
    _set_fault(simulation, f"nodes/{node}", None)
    _set_fault(simulation, "account", None)
    # A rate takes two samples.
    wait_for(lambda: all(query(f"rate({name}[1m])") for name in FAILURES), 30)
    wait_for(lambda: len(query(f'up{{job="{JOB}"}} == 1')) == 6, 30)
    wait_for(lambda: bool(query('ALERTS{alertname="SpcsContainerPendingTooLong"}')), 60)
    return Store(query, store.url, simulation.admin)


def _set_fault(simulation: parts.Simulation, where: str, fault: str | None) -> None:
    assert requests.put(f"{simulation.admin}/faults/{where}", json={"fault": fault}, timeout=5).ok
