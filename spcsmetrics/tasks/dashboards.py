"""The task dashboards."""

from invoke import Context, task

from spcsmetrics.tasks.command import explain_errors, is_dry


@task
@explain_errors
def dashboards(context: Context) -> None:
    """Write boards, recording rules and alerts from their source in monitoring."""
    from spcsmetrics.upkeep.generated import write_files

    write_files(dry=is_dry(context))
