"""The tasks test, fuzz, lint, lock and clean."""

from invoke import Context, task

from spcsmetrics.tasks.command import explain_errors, is_dry


@task
@explain_errors
def test(context: Context) -> None:
    """Run the tests of the plugin, the tooling, and the real parts against the simulator."""
    from spcsmetrics.upkeep.tests import run_tests

    run_tests(dry=is_dry(context))


@task
@explain_errors
def test_boards(context: Context) -> None:
    """Test the boards as they are drawn: figures without a browser, pages in Chromium."""
    from spcsmetrics.upkeep.tests import run_board_tests

    run_board_tests(dry=is_dry(context))


@task(
    help={
        "bases": "official (pulled) or local (made on this machine, without grafana)",
        "require_grafana": "fail instead of skipping when Grafana cannot be tested",
        "source": "registry/namespace to take this version's images from, instead of building them",
        "pictures": "folder for a picture of each board as Grafana draws it; needs Chromium",
    }
)
@explain_errors
def test_stack(
    context: Context, bases: str = "official", require_grafana: bool = False, source: str = "", pictures: str = ""
) -> None:
    """Test the three images together in Docker, beside a simulated account."""
    from spcsmetrics.upkeep.stack import run_tests

    run_tests(bases, require_grafana=require_grafana, source=source, pictures=pictures, dry=is_dry(context))


@task(help={"seconds": "time for each fuzzer"})
@explain_errors
def fuzz(context: Context, seconds: int = 30) -> None:
    """Feed the parsers of the collector plugin with random input."""
    from spcsmetrics.upkeep.tests import run_fuzz

    run_fuzz(seconds, dry=is_dry(context))


@task
@explain_errors
def lint(context: Context) -> None:
    """Run every linter: Python, Go, YAML, Dockerfiles, shell, workflows, schemas."""
    from spcsmetrics.upkeep.lint import run_lint

    run_lint(dry=is_dry(context))


@task(
    help={
        "upgrade": "move every dependency to its newest version",
        "bases": "instead, write down the digests of the images' bases, as Docker Hub or the mirror has them",
    }
)
@explain_errors
def lock(context: Context, upgrade: bool = False, bases: bool = False) -> None:
    """Write the lock files from pyproject.toml."""
    if bases:
        from spcsmetrics.images.official_bases import lock_bases

        lock_bases(dry=is_dry(context))
        return
    from spcsmetrics.upkeep.locks import lock as write

    write(upgrade=upgrade, dry=is_dry(context))


@task(help={"everything": "also the Python environment"})
@explain_errors
def clean(context: Context, everything: bool = False) -> None:
    """Remove what the tasks made."""
    from spcsmetrics.upkeep.tests import clean as remove

    remove(everything=everything, dry=is_dry(context))
