"""The tasks test and test-stack."""

from invoke import Context, task

from spcsmetrics.tasks.command import explain_errors, is_dry


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
    from spcsmetrics.stack import run_tests  # noqa: PLC0415

    run_tests(bases, require_grafana=require_grafana, source=source, pictures=pictures, dry=is_dry(context))
