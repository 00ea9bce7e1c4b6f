"""The task boards."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task
def boards(context: Context) -> None:
    """Write boards, recording rules and alerts from monitoring."""
    from spcsmetrics.upkeep.generated import write_files

    write_files(dry=is_dry(context))
