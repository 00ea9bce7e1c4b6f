"""How long a refresh of the discovery takes, by pools, nodes and DNS: the plugin's own benchmark as a table."""

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
    r"^BenchmarkRefresh/pools=(\d+)/nodes=(\d+)/dns=(\d+)ms(?:-\d+)?\s+\d+\s+(\d+) ns/op\s+([\d.]+) MB-process$", re.M
)
# By pools, nodes of each, and the milliseconds of DNS.
_MOST_SECONDS = {(200, 20, 20): 3.0, (1, 150, 40): 1.0, (1, 1000, 40): 5.0}


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """One refresh of so many pools with so many nodes each, where DNS waits dns_ms before each answer.

    It has its seconds, and the memory (MB) of the process, fake account and DNS included.
    """

    pools: int
    nodes: int
    dns_ms: int
    seconds: float
    process_mb: float

    @property
    def node_ms(self) -> float:
        """Return the milliseconds for one node."""
        return self.seconds * 1000 / (self.pools * self.nodes)

    @property
    def most_seconds(self) -> float | None:
        """Return the seconds that it must stay below on two cores, where that is set."""
        return _MOST_SECONDS.get((self.pools, self.nodes, self.dns_ms))


def parse(report: str) -> list[Refresh]:
    """Return what the benchmark measured.

    Raises:
        UserError: its report has no measurement.
    """
    found = [
        Refresh(pools=int(pools), nodes=int(nodes), dns_ms=int(dns), seconds=int(ns) / 1e9, process_mb=float(mb))
        for pools, nodes, dns, ns, mb in _LINE.findall(report)
    ]
    if not found:
        raise UserError(f"the benchmark of the discovery printed no measurement: {report.strip()[-300:]}")
    return found


def bench_discovery(rounds: int, *, as_json: bool, dry: bool) -> None:
    """Print the time of a refresh at growing numbers of pools, and how the time for a node grows with them."""
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
    firsts = {(refresh.nodes, refresh.dns_ms): refresh.node_ms for refresh in reversed(refreshes)}
    growths = [refresh.node_ms / firsts[refresh.nodes, refresh.dns_ms] for refresh in refreshes]
    if as_json:
        rows = [asdict(refresh) | {"growth": growth} for refresh, growth in zip(refreshes, growths, strict=True)]
        print(json.dumps(rows, indent=2))  # noqa: T201 - the task's result
        return
    table = Table()
    for column in ("Pools", "Nodes a pool", "DNS ms", "Refresh s", "Below", "ms a node", "Growth", "Process MB"):
        table.add_column(column, justify="right")
    for refresh, growth in zip(refreshes, growths, strict=True):
        below = f"{refresh.most_seconds:g}" if refresh.most_seconds else ""
        cells = (
            f"{refresh.seconds:.3f}",
            below,
            f"{refresh.node_ms:.3f}",
            f"{growth:.2f}",
            f"{refresh.process_mb:.0f}",
        )
        table.add_row(str(refresh.pools), str(refresh.nodes), str(refresh.dns_ms), *cells)
    Terminal().print(table)
