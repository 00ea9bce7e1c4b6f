"""A store on a small volume of its own, which tests fill."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from launchers import LaunchedStore, start_launched_store
from stands import REFRESH_SECONDS, Stand
from waiting import wait_for

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.polls import poll
from spcsmetrics.core.process import Args
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import InstantQuery, Sample, over_http


class Volume:
    """A small file system in memory, under the data of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ballast = folder / "ballast"

    def mount(self) -> bool:
        """Return whether this user may."""
        self.folder.mkdir()
        command: Args = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", self.folder]
        return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def unmount(self) -> None:
        subprocess.run(["umount", self.folder], check=False)

    def fill(self) -> None:
        """Leave no byte, as something else on the volume would that no floor can stop."""
        with self.ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(65536))

    def free(self) -> None:
        self.ballast.unlink()


class FullStand(Stand):
    """A pipeline whose store has a launcher and a volume of its own."""

    launched: LaunchedStore
    volume: Volume

    def accepts(self) -> bool:
        return self.launched.metrics()["accepts_samples"] == 1

    def alerts(self) -> set[str]:
        """Return what fires, as the store itself knows it without reading what it has stored."""
        try:
            found = requests.get(f"{self.store.url}/api/v1/alerts", timeout=5).json()["data"]["alerts"]
        except requests.RequestException:
            return set()
        return {alert["labels"]["alertname"] for alert in found if alert["state"] == "firing"}

    def counts(self, moment: float) -> dict[str, float]:
        """Return how many samples each node has of the ten seconds before a moment."""
        found = self.query(f'count_over_time(up{{job="spcs-nodes"}}[10s] @ {moment:.3f})')
        return {sample.labels["instance"]: sample.value for sample in found}

    def kill_store(self) -> None:
        """Kill launcher and server, as the end of a container does, and start them again."""
        popen = self.store.popen
        os.killpg(popen.pid, signal.SIGKILL)
        popen.wait()
        with self.store.log.open("ab") as log:
            self.store.popen = subprocess.Popen(
                popen.args, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        wait_for(lambda: processes.answers(f"{self.store.url}/-/ready"), 60)


def over_restarts(query: InstantQuery) -> InstantQuery:
    """Return a query that is asked again while the launcher starts Prometheus again."""

    def ask(expression: str) -> list[Sample]:
        for _ in poll(lambda: None, 30):
            with contextlib.suppress(UserError):
                return query(expression)
        return query(expression)

    return ask


@contextmanager
def open_full_stand(folder: Path, config: Path, interval: int, *, past_the_door: bool = False) -> Iterator[FullStand]:
    """Yield a pipeline of six nodes over a volume of 96 MiB; a test is skipped where this user cannot mount one."""
    volume = Volume(folder / "data")
    with processes.open_run(folder) as run:
        if not volume.mount():
            pytest.skip("needs root, to mount a small volume")
        try:
            launched = start_launched_store(run, config)
            store, simulation = launched.process, parts.start_simulator(run, pools=3, nodes=2, containers=20)
            front = store if past_the_door else launched.door
            collector = parts.start_collector(run, simulation, front, f"{interval}s", f"{REFRESH_SECONDS}s")
            stand = FullStand(run, simulation, store, collector, over_restarts(over_http(store.url)))
            stand.launched, stand.volume = launched, volume
            wait_for(lambda: stand.up() == set(stand.nodes()), 30)
            yield stand
        finally:
            run.stop()
            volume.unmount()
