"""The tasks that test and lint, and clean."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task
def test(context: Context) -> None:
    """Run the tests of the plugin and of the tooling.

    The latter run the real collector and Prometheus against the simulator.
    """
    from spcsmetrics.upkeep.tests import run_tests

    run_tests(dry=is_dry(context))


@task
def test_boards(context: Context) -> None:
    """Test the boards as they are drawn.

    Figures are tested without a browser, pages in Chromium.
    """
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
def test_stack(
    context: Context, bases: str = "official", require_grafana: bool = False, source: str = "", pictures: str = ""
) -> None:
    """Test the three images together in Docker.

    They run beside a simulated account.
    """
    from spcsmetrics.upkeep.stack import run_tests

    run_tests(bases, require_grafana=require_grafana, source=source, pictures=pictures, dry=is_dry(context))


@task
def test_capacity(context: Context) -> None:
    """Test that each size holds what it promises.

    Over an hour; needs root, because it bounds memory and mounts a small volume.
    """
    from spcsmetrics.upkeep.tests import run_capacity_tests

    run_capacity_tests(dry=is_dry(context))


@task(help={"inputs": "inputs for each fuzzer; 2 to 10 thousand take a second"}, limits={"inputs": (1, 1_000_000_000)})
def fuzz(context: Context, inputs: int = 50_000) -> None:
    """Feed random input to the parsers of the plugin."""
    from spcsmetrics.upkeep.tests import run_fuzz

    run_fuzz(inputs, dry=is_dry(context))


@task
def lint(context: Context) -> None:
    """Run every linter.

    They read Python, Go, TypeScript, YAML, Dockerfiles, shell, workflows and schemas.
    """
    from spcsmetrics.upkeep.lint import run_lint

    run_lint(dry=is_dry(context))


@task(help={"everything": "also .venv, which the next ./inv makes anew"})
def clean(context: Context, everything: bool = False) -> None:
    """Remove what the tasks made."""
    from spcsmetrics.upkeep.tests import clean as remove

    remove(everything=everything, dry=is_dry(context))
