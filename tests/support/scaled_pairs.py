"""Pairs of collector and store with a sidecar each, as the services of a scaled deployment run them on one account."""

import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from stands import environment_of
from views import start_sidecar
from waiting import wait_for

from monitoring.selectors import JOB
from spcsmetrics.local import parts
from spcsmetrics.local.processes import Process, Run
from spcsmetrics.local.promql import InstantQuery, over_http

INTERVAL = 5
_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One service of a shard: its processes, where its sidecar answers, and its own store."""

    run: Run
    store: Process
    sidecar: Process
    collector: Process
    endpoint: str
    query: InstantQuery

    def kill(self, *victims: Process) -> list[tuple[Process, dict[str, str]]]:
        """End processes at once, as a node that dies does; return what is needed to start them again."""
        ended = [(process, environment_of(process)) for process in victims]
        for process in victims:
            process.popen.send_signal(signal.SIGKILL)
            process.popen.wait()
            # What follows is about processes that are meant to be dead.
            self.run.processes.remove(process)
        return ended

    def start_again(self, ended: list[tuple[Process, dict[str, str]]]) -> None:
        """Start what was killed as it was."""
        for process, environment in ended:
            words = process.popen.args
            assert isinstance(words, list)
            process.popen = self.run.start(f"{process.name}-again", words, env=environment).popen


def start_pair(
    folder: Path,
    simulation: parts.Simulation,
    *,
    shard: int = 0,
    count: int = 1,
    replica: str = "a",
    interval: int = INTERVAL,
) -> Pair:
    """Start one service as it is shipped but for the interval of scrapes, and wait until it scrapes.

    Args:
        folder: of its processes; it is made.
        simulation: the account that it watches.
        shard: which of the shards it is.
        count: how many shards there are.
        replica: which of the replicas it is.
        interval: of scrapes, in seconds.
    """
    run = Run(folder=folder)
    folder.mkdir(parents=True)
    try:
        return _start(run, simulation, shard=shard, count=count, replica=replica, interval=interval)
    except BaseException:
        run.stop()
        raise


def _start(run: Run, simulation: parts.Simulation, *, shard: int, count: int, replica: str, interval: int) -> Pair:
    name = f"METRICS_{shard}_{replica.upper()}"
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in (
            ("SPCS_SHARD_INDEX", str(shard)),
            ("SPCS_SHARD_COUNT", str(count)),
            ("SPCS_REPLICA", replica),
            ("SNOWFLAKE_SERVICE_NAME", name),
        ):
            patch.setenv(variable, value)
        store = parts.start_store(run)
        collector = parts.start_collector(run, simulation, store, f"{interval}s", "5s")
        sidecar, endpoint = start_sidecar(run, name, store)
    query = over_http(store.url)
    wait_for(lambda: bool(query(f'up{{job="{JOB}"}} == 1')), _SECONDS)
    return Pair(run=run, store=store, sidecar=sidecar, collector=collector, endpoint=endpoint, query=query)
