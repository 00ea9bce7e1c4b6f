"""The task bench."""

from invoke import Context, task

from spcsmetrics.core.errors import UserError
from spcsmetrics.tasks.command import explain_errors, is_dry


@task(
    positional=["what"],
    help={
        "what": "what to measure: pipeline, discovery (takes only --rounds and --json), or boards (only --json)",
        "pools": "number of simulated compute pools",
        "nodes": "nodes in each pool",
        "containers": "containers on each node",
        "interval": "seconds between two scrapes of a node",
        "window": "seconds measured after the warm-up",
        "rounds": "times that floor and pipeline are measured in turn; medians are printed",
        "json": "print JSON instead of a table",
    },
)
@explain_errors
def bench(
    context: Context,
    what: str,
    pools: int = 10,
    nodes: int = 10,
    containers: int = 28,
    interval: int = 5,
    window: int = 40,
    rounds: int = 3,
    json: bool = False,
) -> None:
    """Measure the pipeline against the floor, the discovery's refreshes, or the queries of the boards."""
    if what == "discovery":
        from spcsmetrics.bench.discovery import bench_discovery

        bench_discovery(rounds, as_json=json, dry=is_dry(context))
        return
    if what == "boards":
        from spcsmetrics.bench.boards import bench_boards

        bench_boards(as_json=json, dry=is_dry(context))
        return
    if what != "pipeline":
        raise UserError(f"there is no benchmark {what!r}: those known are pipeline, discovery and boards")
    from spcsmetrics.bench.pipeline import Load
    from spcsmetrics.bench.report import bench_pipeline

    load = Load(pools, nodes, containers, interval, warm_up=4 * interval, window=window)
    bench_pipeline(load, rounds=rounds, as_json=json, dry=is_dry(context))
