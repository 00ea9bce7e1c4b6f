"""A store in which every query of the boards has rows, fed by the real collector."""

import time
from dataclasses import dataclass
from pathlib import Path

import requests
from waiting import SCRAPE_SECONDS, wait_for

from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import Query, over_http
from spcsmetrics.programs import prometheus

# By then a container has been killed for its memory, and another has done its work.
AGE = 250


@dataclass(frozen=True)
class Store:
    """A store that has been fed for a while, and the address of the simulator."""

    query: Query
    url: str
    admin: str


def write_fast_configuration(folder: Path) -> Path:
    """Write the shipped configuration with rules that are evaluated every two seconds."""
    rules = folder / "rules"
    rules.mkdir()
    for file in RULE_FOLDER.glob("*.yml"):
        text = file.read_text().replace("interval: 30s", "interval: 2s").replace("interval: 5m", "interval: 2s")
        (rules / file.name).write_text(text)
    config = folder / "fast.yml"
    text = prometheus.CONFIG.read_text().replace("_interval: 30s", "_interval: 2s").replace("offset: 30s", "offset: 2s")
    config.write_text(text)
    return config


def start_full_store(run: processes.Run) -> Store:
    """Start simulator, store and collector, and let each kind of failure happen once."""
    simulation = parts.start_simulator(run, pools=3, nodes=2, containers=8, age=AGE)
    part = parts.start_store(run, write_fast_configuration(run.folder))
    parts.start_collector(run, simulation, part, f"{SCRAPE_SECONDS}s", "2s")
    query = over_http(part.url)
    # What fails now and then is counted, and what was counted has a rate.
    node = simulation.state()["pools"][0]["nodes"][0]["address"]  # type: ignore[index]
    for fault in ("garbage", None):
        requests.put(f"{simulation.admin}/faults/nodes/{node}", json={"fault": fault}, timeout=5)
        requests.put(f"{simulation.admin}/faults/account", json={"fault": fault and "expired"}, timeout=5)
        time.sleep(5)
    wait_for(lambda: bool(query('ALERTS{alertname="SpcsContainerStartSlow"}')), 60)
    return Store(query, part.url, simulation.admin)
