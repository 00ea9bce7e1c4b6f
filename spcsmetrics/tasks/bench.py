"""The collection bench."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task

_JSON = "print JSON instead of a table"


@task(
    help={
        "pools": "number of simulated compute pools",
        "nodes": "nodes in each pool",
        "containers": "containers on each node",
        "interval": "seconds between two scrapes of a node",
        "window": "seconds measured after the warm-up",
        "rounds": "times that floor and pipeline are measured in turn; medians are printed",
        "json": _JSON,
    },
)
def pipeline(
    context: Context,
    pools: int = 10,
    nodes: int = 10,
    containers: int = 28,
    interval: int = 5,
    window: int = 40,
    rounds: int = 3,
    json: bool = False,
) -> None:
    """Measure collector and store against a Prometheus alone.

    The floor is a Prometheus that scrapes the same simulated nodes itself.
    """
    from spcsmetrics.bench.pipeline import Load
    from spcsmetrics.bench.report import bench_pipeline

    load = Load(pools, nodes, containers, interval, warm_up=4 * interval, window=window)
    bench_pipeline(load, rounds=rounds, as_json=json, dry=is_dry(context))


@task(help={"rounds": "refreshes of each number of pools", "json": _JSON})
def discovery(context: Context, rounds: int = 3, json: bool = False) -> None:
    """Measure refreshes of the discovery by number of pools."""
    from spcsmetrics.bench.discovery import bench_discovery

    bench_discovery(rounds, as_json=json, dry=is_dry(context))


@task(help={"json": _JSON})
def boards(context: Context, json: bool = False) -> None:
    """Measure the boards' queries over six hours of history."""
    from spcsmetrics.bench.boards import bench_boards

    bench_boards(as_json=json, dry=is_dry(context))
