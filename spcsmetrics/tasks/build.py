"""The task build."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task(
    help={
        "only": "build one image: otel, prometheus, grafana or thanos",
        "bases": "official (pulled) or local (made on this machine, without grafana)",
    }
)
def build(context: Context, only: str | None = None, bases: str = "official") -> None:
    """Build the three images of a service."""
    from spcsmetrics.images.build import build_images

    build_images(only, bases, dry=is_dry(context))
