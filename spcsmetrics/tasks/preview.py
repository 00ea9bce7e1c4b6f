"""The task preview."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task(
    help={
        "prometheus": "address of the Prometheus to read, such as the demo's (default: one of its own, with a demo)",
        "pictures": "folder to write a picture of each board to, instead of serving them; needs Chromium",
    }
)
def preview(context: Context, prometheus: str = "", pictures: str = "") -> None:
    """Show the boards in a browser, without Grafana.

    They are drawn with its libraries.
    """
    from spcsmetrics.local.preview import run_preview

    run_preview(prometheus, pictures, dry=is_dry(context))
