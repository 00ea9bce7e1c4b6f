"""The collection bench."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task

_JSON = "print JSON instead of a table"


@task(
    help={
        "series": "about how many series the simulated nodes publish; several sizes with commas between them",
        "interval": "seconds between two scrapes of a node; 30 as shipped",
        "rounds": "times that the pipelines are measured in turn; medians are printed",
        "json": _JSON,
    },
    limits={"interval": (1, 300), "rounds": (1, 100)},
)
def pipeline(context: Context, series: str = "35000", interval: int = 5, rounds: int = 3, json: bool = False) -> None:
    """Measure collector and store against a Prometheus alone, and a vmagent where one is installed.

    The floor is a Prometheus that scrapes the same simulated nodes itself.
    """
    from spcsmetrics.bench.pipeline import read_loads
    from spcsmetrics.bench.report import bench_pipeline

    bench_pipeline(read_loads(series, interval), rounds=rounds, as_json=json, dry=is_dry(context))


@task(
    help={
        "series": "about how many series the simulated nodes publish; several sizes with commas between them",
        "json": _JSON,
    }
)
def capacity(context: Context, series: str = "35000,150000,425000", json: bool = False) -> None:
    """Measure what collector and store need by their number of series, at 30 s with the shipped rules."""
    from spcsmetrics.bench.capacity import bench_capacity
    from spcsmetrics.bench.pipeline import read_loads

    bench_capacity(read_loads(series, 30), as_json=json, dry=is_dry(context))


@task(help={"rounds": "refreshes of each number of pools", "json": _JSON}, limits={"rounds": (1, 1000)})
def discovery(context: Context, rounds: int = 3, json: bool = False) -> None:
    """Measure refreshes of the discovery by number of pools."""
    from spcsmetrics.bench.discovery import bench_discovery

    bench_discovery(rounds, as_json=json, dry=is_dry(context))


@task(help={"json": _JSON})
def boards(context: Context, json: bool = False) -> None:
    """Measure the boards' queries over a day of history."""
    from spcsmetrics.bench.boards import bench_boards

    bench_boards(as_json=json, dry=is_dry(context))
