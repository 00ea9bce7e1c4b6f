"""The collection demo: the demo, which is meant by its bare name, and trouble for one that runs."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task

# Pools, nodes in each and containers on each, unless somebody says otherwise.
_SIZE = (3, 2, 6)
_DEMO = {"demo": "the last part of a demo's folder, such as spcs-demo-x1y2z3 (default: the newest)"}
_POOL = {"pool": "the pool's name", **_DEMO}
_NODE = {"node": "its address and port, as the demo shows it", **_DEMO}


@task(
    default=True,
    help={
        "pools": "number of simulated compute pools",
        "nodes": "nodes in each pool",
        "containers": "containers on each node",
        "applications": "three services that publish metrics of their own instead of one, which --check compares too",
        "day": "begin with a day of an account that had trouble, instead of so many pools, nodes and containers",
        "from-source": "compile the programs even where the release has them, made of these very sources",
        "stack": "run the three images in Docker instead, and leave them running; --bases goes with it",
        "bases": "official (pulled) or local (made on this machine, without grafana)",
        "check": "verify everything once through Prometheus, print JSON, and exit 0 or 1",
    },
    limits={"pools": (1, 200), "nodes": (1, 254), "containers": (0, 1000)},
)
def demo(
    context: Context,
    pools: int = _SIZE[0],
    nodes: int = _SIZE[1],
    containers: int = _SIZE[2],
    applications: bool = False,
    day: bool = False,
    from_source: bool = False,
    check: bool = False,
    stack: bool = False,
    bases: str = "official",
) -> None:
    """Watch simulated pools arrive in a real Prometheus, live.

    They come through the real collector. The first run fetches it from the release, or compiles it in a few minutes.
    """
    from spcsmetrics.core.errors import UserError
    from spcsmetrics.local.demo import run_demo

    if stack:
        from spcsmetrics.upkeep import demo_stack

        if day or check or applications or from_source or (pools, nodes, containers) != _SIZE:
            raise UserError("--stack has pools of its own and takes --bases alone: leave the other flags out")
        demo_stack.start(bases, dry=is_dry(context))
        return
    if bases != "official":
        raise UserError("--bases is for images: write it with --stack")
    if day and (check or applications or (pools, nodes, containers) != _SIZE):
        raise UserError("--day has pools of its own, of which some do not answer: leave its other flags out")

    run_demo(
        pools=pools,
        nodes=nodes,
        containers=containers,
        applications=applications,
        day=day,
        check=check,
        from_source=from_source,
        dry=is_dry(context),
    )


@task(plan=False, help=_POOL)
def suspend(_: Context, pool: str, demo: str = "") -> None:
    """Suspend a pool of a running demo."""
    from spcsmetrics.local import running, trouble

    _say(trouble.suspend(running.find_demo(demo), pool))


@task(plan=False, help=_POOL)
def resume(_: Context, pool: str, demo: str = "") -> None:
    """Resume a pool of a running demo."""
    from spcsmetrics.local import running, trouble

    _say(trouble.resume(running.find_demo(demo), pool))


@task(name="break", plan=False, help={"fault": "what it does, see docs/demo.md", **_NODE})
def break_node(_: Context, node: str, fault: str = "down", demo: str = "") -> None:
    """Let a node of a running demo fail."""
    from spcsmetrics.local import running, trouble

    _say(trouble.break_node(running.find_demo(demo), node, fault))


@task(plan=False, help=_NODE)
def mend(_: Context, node: str, demo: str = "") -> None:
    """Let a broken node of a running demo work again."""
    from spcsmetrics.local import running, trouble

    _say(trouble.mend_node(running.find_demo(demo), node))


@task(
    plan=False,
    help={"family": "its instance family", "nodes": "number of its nodes", **_POOL},
    limits={"nodes": (1, 254)},
)
def add(_: Context, pool: str, family: str = "CPU_X64_S", nodes: int = 1, demo: str = "") -> None:
    """Add a pool to a running demo."""
    from spcsmetrics.local import running, trouble

    _say(trouble.add_pool(running.find_demo(demo), pool, family, nodes))


@task
def stop(context: Context) -> None:
    """Remove the containers that demo --stack left."""
    from spcsmetrics.upkeep import demo_stack

    demo_stack.stop(dry=is_dry(context))


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201 - the task's result
