"""The data of the last minor version of Prometheus opens in the one that is shipped.

Minutes, because the former is built: ./inv test-capacity
"""

import json
import time
from pathlib import Path

import pytest
import requests
from gaps import find_gaps
from launchers import start_launched_store
from stands import REFRESH_SECONDS, Stand
from waiting import wait_for

from spcsmetrics.core import process, versions
from spcsmetrics.core.paths import BUILD
from spcsmetrics.core.toolchain import go_environment
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http
from spcsmetrics.programs import prometheus

MODULE = "github.com/prometheus/prometheus"
INTERVAL = 1


@pytest.fixture(scope="module")
def last_minor() -> Path:
    """The newest Prometheus of the last minor version."""
    major, minor, _ = versions.PROMETHEUS.split(".")
    binary = BUILD / "bin" / f"prometheus-{major}.{int(minor) - 1}"
    if not binary.exists():
        # Its own go.mod applies, which go install refuses where it has replacements.
        env = {**go_environment(), "GOWORK": "off"}
        wanted = f"{MODULE}@v0.{major}{int(minor) - 1:02d}"
        folder = json.loads(process.run(["go", "mod", "download", "-json", wanted], env=env))["Dir"]
        command: process.Args = ["go", "build", "-tags", "netgo,remove_all_sd", "-o", binary, "./cmd/prometheus"]
        process.run(command, cwd=Path(folder), env=env, log=BUILD / "last-minor.log")
    return binary


def test_data_of_the_last_minor_version_opens_in_the_next(last_minor: Path, tmp_path: Path) -> None:
    # As another image would: the launcher finds another program in the same place.
    program = tmp_path / "prometheus"
    program.symlink_to(last_minor)
    with processes.open_run(tmp_path / "run") as run:
        simulation = parts.start_simulator(run, pools=3, nodes=2, containers=2)
        launched = start_launched_store(run, program=program)
        store = launched.process
        collector = parts.start_collector(run, simulation, launched.door, f"{INTERVAL}s", f"{REFRESH_SECONDS}s")
        stand = Stand(run, simulation, store, collector, over_http(store.url))
        wait_for(lambda: stand.up() == set(stand.nodes()), 30)
        assert version(stand) != versions.PROMETHEUS
        began = time.time()
        stand.wait_for_scrapes()
        before = samples(stand, began)
        store.popen.terminate()
        assert store.popen.wait(25) == 0
        program.unlink()
        program.symlink_to(prometheus.built())
        store.popen = run.start("upgraded", store.popen.args).popen  # type: ignore[arg-type]
        wait_for(lambda: processes.answers(f"{store.url}/-/ready"), 60)
        assert version(stand) == versions.PROMETHEUS
        assert samples(stand, began) == before > 0
        assert find_gaps(stand, began, INTERVAL, 1.9 * INTERVAL) == {}


def version(stand: Stand) -> str:
    answer = requests.get(f"{stand.store.url}/api/v1/status/buildinfo", timeout=10).json()
    return str(answer["data"]["version"])


def samples(stand: Stand, began: float) -> float:
    """Return how many samples of containers there are of the two seconds since a moment."""
    return stand.query(f"sum(count_over_time(container_cpu_usage[2s] @ {began + 2:.3f}))")[0].value
