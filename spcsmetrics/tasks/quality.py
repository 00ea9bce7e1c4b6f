"""The tasks test, fuzz, lint, lock and clean."""

from invoke import Context, task

from spcsmetrics.tasks.command import explain_errors, is_dry


@task
@explain_errors
def test(context: Context) -> None:
    """Run the tests of the plugin, the tooling, and the real parts against the simulator."""
    from spcsmetrics.quality import run_tests  # noqa: PLC0415

    run_tests(dry=is_dry(context))


@task
@explain_errors
def test_boards(context: Context) -> None:
    """Test the boards as they are drawn: figures without a browser, pages in Chromium."""
    from spcsmetrics.quality import run_board_tests  # noqa: PLC0415

    run_board_tests(dry=is_dry(context))


@task(help={"seconds": "time for each fuzzer"})
@explain_errors
def fuzz(context: Context, seconds: int = 30) -> None:
    """Feed the parsers of the collector plugin with random input."""
    from spcsmetrics.quality import run_fuzz  # noqa: PLC0415

    run_fuzz(seconds, dry=is_dry(context))


@task
@explain_errors
def lint(context: Context) -> None:
    """Run every linter: Python, Go, YAML, Dockerfiles, shell, workflows, schemas."""
    from spcsmetrics.linting import run_lint  # noqa: PLC0415

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
        from spcsmetrics.bases import lock_bases  # noqa: PLC0415

        lock_bases(dry=is_dry(context))
        return
    from spcsmetrics.locking import lock as write  # noqa: PLC0415

    write(upgrade=upgrade, dry=is_dry(context))


@task(help={"everything": "also the Python environment"})
@explain_errors
def clean(context: Context, everything: bool = False) -> None:
    """Remove what the tasks made."""
    from spcsmetrics.quality import clean as remove  # noqa: PLC0415

    remove(everything=everything, dry=is_dry(context))
