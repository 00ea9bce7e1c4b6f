"""A store in which every query of the boards has rows, fed by the real collector."""

from dataclasses import dataclass
from pathlib import Path

import central_stores
import requests
from launchers import start_launched_store
from waiting import SCRAPE_SECONDS, wait_for

from monitoring.selectors import JOB
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import InstantQuery, over_http
from spcsmetrics.programs import collector, prometheus

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


def start_full_store(run: processes.Run) -> Store:
    """Start simulator, store and collector, and let each kind of failure happen once."""
    simulation = parts.start_simulator(run, pools=3, nodes=2, containers=8, age=AGE, applications=1)
    launched = start_launched_store(run, write_fast_configuration(run.folder), env={"SPCS_SERIES": "45000"})
    store = launched.process
    # The copy goes to the same store, which has each sample already.
    central = central_stores.write_files(run.folder, f"{launched.door.url}/api/v1/write")
    more = [collector.SERVICES_CONFIG, *central]
    parts.start_collector(run, simulation, launched.door, f"{SCRAPE_SECONDS}s", "2s", more=more)
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
