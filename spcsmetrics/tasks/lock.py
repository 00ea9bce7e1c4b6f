"""The collection lock: packages, which is meant by its bare name, bases and collector."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task(default=True, help={"upgrade": "move every dependency to its newest version"})
def packages(context: Context, upgrade: bool = False) -> None:
    """Write the locks of the Python packages from pyproject.toml."""
    from spcsmetrics.upkeep.locks import lock as write

    write(upgrade=upgrade, dry=is_dry(context))


@task
def bases(context: Context) -> None:
    """Write the digests of the images' bases to locks/bases.txt.

    They are asked of Docker Hub, or of the mirror in its place.
    """
    from spcsmetrics.images.official_bases import lock_bases as write

    write(dry=is_dry(context))


@task
def collector(context: Context) -> None:
    """Write the collector's Go module from its manifest.

    Its go.sum then names every module that the collector is made of by its hash.
    """
    from spcsmetrics.programs.collector_module import generate

    generate(dry=is_dry(context))
