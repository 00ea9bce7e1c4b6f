"""The task demo."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task

# Pools, nodes in each and containers on each, unless somebody says otherwise.
_SIZE = (3, 2, 6)


@task(
    help={
        "pools": "number of simulated compute pools",
        "nodes": "nodes in each pool",
        "containers": "containers on each node",
        "day": "begin with a day of an account that had trouble, instead of so many pools, nodes and containers",
        "check": "verify everything once through Prometheus, print JSON, and exit 0 or 1",
    },
    limits={"pools": (1, 200), "nodes": (1, 254), "containers": (0, 1000)},
)
def demo(
    context: Context,
    pools: int = _SIZE[0],
    nodes: int = _SIZE[1],
    containers: int = _SIZE[2],
    day: bool = False,
    check: bool = False,
) -> None:
    """Watch simulated pools arrive in a real Prometheus, live.

    They come through the real collector. The first run builds it, which takes a few minutes.
    """
    from spcsmetrics.core.errors import UserError
    from spcsmetrics.local.demo import run_demo

    if day and (check or (pools, nodes, containers) != _SIZE):
        raise UserError("--day has pools of its own, of which some do not answer: leave its other flags out")

    run_demo(pools=pools, nodes=nodes, containers=containers, day=day, check=check, dry=is_dry(context))
