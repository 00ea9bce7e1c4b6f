"""The task demo."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


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
    context: Context, pools: int = 3, nodes: int = 2, containers: int = 6, day: bool = False, check: bool = False
) -> None:
    """Watch simulated pools arrive in a real Prometheus, live.

    They come through the real collector. The first run builds it, which takes a few minutes.
    """
    from spcsmetrics.local.demo import run_demo

    run_demo(pools=pools, nodes=nodes, containers=containers, day=day, check=check, dry=is_dry(context))
