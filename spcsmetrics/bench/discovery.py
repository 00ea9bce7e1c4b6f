"""How long a refresh of the discovery takes, by the number of pools: the plugin's own benchmark as a table."""

import json
import re
from dataclasses import asdict, dataclass

from rich.table import Table

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import PLUGIN
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.terminal import Terminal
from spcsmetrics.core.toolchain import go_environment, go_step
from spcsmetrics.programs import manifest

_LINE = re.compile(
    r"^BenchmarkRefresh/pools=(\d+)/dns=(\d+)ms(?:-\d+)?\s+\d+\s+(\d+) ns/op\s+([\d.]+) MB-process$", re.M
)


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """One refresh of so many pools, where DNS waits dns_ms before each answer.

    It has its seconds, and the memory (MB) of the process, fake account and DNS included.
    """

    pools: int
    dns_ms: int
    seconds: float
    process_mb: float

    @property
    def pool_ms(self) -> float:
        """Return the milliseconds for one pool."""
        return self.seconds * 1000 / self.pools


def parse(report: str) -> list[Refresh]:
    """Return what the benchmark measured.

    Raises:
        UserError: its report has no measurement.
    """
    found = [
        Refresh(pools=int(pools), dns_ms=int(dns), seconds=int(ns) / 1e9, process_mb=float(mb))
        for pools, dns, ns, mb in _LINE.findall(report)
    ]
    if not found:
        raise UserError(f"the benchmark of the discovery printed no measurement: {report.strip()[-300:]}")
    return found


def bench_discovery(rounds: int, *, as_json: bool, dry: bool) -> None:
    """Print the time of a refresh at growing numbers of pools, and how the time per pool grows."""
    tags = manifest.read_manifest()["dist"]["build_tags"]
    command: Args = ["go", "test", f"-tags={tags}", "-run=^$", "-bench=^BenchmarkRefresh$", f"-benchtime={rounds}x"]
    command = [*command, "./discovery"]

    def measure() -> None:
        report = process.run(command, cwd=PLUGIN, env=go_environment(), remedy="read the last lines")
        _print(parse(report), as_json=as_json)

    carry_out(
        [go_step(), Step(title="Measure refreshes", detail=process.render(command), action=measure, stream=True)],
        dry=dry,
    )


def _print(refreshes: list[Refresh], *, as_json: bool) -> None:
    firsts = {refresh.dns_ms: refresh for refresh in reversed(refreshes)}
    if as_json:
        rows = [asdict(refresh) | {"growth": refresh.pool_ms / firsts[refresh.dns_ms].pool_ms} for refresh in refreshes]
        print(json.dumps(rows, indent=2))  # noqa: T201 - the task's result
        return
    table = Table()
    for column in (
        "Pools of 20 nodes",
        "DNS ms",
        "Refresh s",
        "ms a pool",
        f"a pool, times that of {refreshes[0].pools}",
        "Process MB",
    ):
        table.add_column(column, justify="right")
    for refresh in refreshes:
        growth = f"{refresh.pool_ms / firsts[refresh.dns_ms].pool_ms:.2f}"
        cells = (f"{refresh.seconds:.3f}", f"{refresh.pool_ms:.2f}", growth, f"{refresh.process_mb:.0f}")
        table.add_row(str(refresh.pools), str(refresh.dns_ms), *cells)
    Terminal().print(table)
