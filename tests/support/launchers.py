"""The store as its image runs it: the real launcher in front of the real Prometheus, on free ports."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from simulator.fleet import ACCOUNT
from spcsmetrics.core import ports, process
from spcsmetrics.core.paths import PROMETHEUS
from spcsmetrics.core.process import Args
from spcsmetrics.core.toolchain import go_environment
from spcsmetrics.local import processes
from spcsmetrics.programs import prometheus


@dataclass(frozen=True, kw_only=True)
class LaunchedStore:
    """A launcher's process, whose url is Prometheus, and its own pages; siblings reach it through the door."""

    process: processes.Process
    door: processes.Process
    probes: str

    def readiness(self) -> int:
        """Return what a probe is answered with."""
        return requests.get(self.probes, timeout=5).status_code

    def metrics(self) -> dict[str, float]:
        """Return the launcher's own series: labels included -> value."""
        text = requests.get(f"{self.probes}/metrics", timeout=5).text
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {series.removeprefix("spcs_launcher_"): float(value) for series, value in lines}


def _build(folder: Path, values: Mapping[str, object]) -> Path:
    """Build the launcher with other values of its variables, and return where it is."""
    launcher = folder / "launcher"
    flags = " ".join(f"-X main.{name}={value}" for name, value in values.items())
    process.run(
        ["go", "build", "-ldflags", flags, "-o", launcher, "."], cwd=PROMETHEUS / "launcher", env=go_environment()
    )
    return launcher


def start_launched_store(
    run: processes.Run,
    config: Path = prometheus.CONFIG,
    wrap: Args = (),
    env: Mapping[str, str] | None = None,
    program: Path | None = None,
) -> LaunchedStore:
    """Start the launcher over the data of the run's folder.

    Args:
        run: where it is started.
        config: the configuration of Prometheus.
        wrap: a command that starts the launcher, such as one that puts it into a cgroup.
        env: variables of the container.
        program: another Prometheus than the built one.
    """
    served, probes, siblings = (f"127.0.0.1:{ports.find_free()}" for _ in range(3))
    # Nobody has no access to a test's folders.
    values = {"program": program or prometheus.binary(), "user": "0", "probes": probes, "siblings": siblings}
    launcher = _build(run.folder, values)
    moved = run.folder / "launched.yml"
    text = config.read_text().replace("localhost:9091", probes)
    moved.write_text(text.replace("- rules/*.yml", f"- {config.parent}/rules/*.yml"))
    data = run.folder / "data"
    data.mkdir(exist_ok=True)
    command: Args = [
        *wrap,
        launcher,
        f"--config.file={moved}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address={served}",
        "--web.enable-remote-write-receiver",
    ]
    variables = {"SNOWFLAKE_ACCOUNT": ACCOUNT, **(env or {})}
    started = run.start("prometheus", command, env=variables, url=f"http://{served}")
    front = processes.Process(name=started.name, popen=started.popen, log=started.log, url=f"http://{siblings}")
    store = LaunchedStore(process=started, door=front, probes=f"http://{probes}")
    processes.wait_until(run, lambda: processes.answers(store.probes), "the start of the store", 60)
    return store
