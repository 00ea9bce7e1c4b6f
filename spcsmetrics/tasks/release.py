"""The tasks release, versions, bump, audit and scan."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task(
    help={
        "registry": "host of the registry, with its port: docker.io, localhost:5000",
        "namespace": "namespace in the registry",
        "source": "registry/namespace to copy this version's images from, instead of building them",
        "only": "release one image: otel, prometheus or grafana",
        "outputs": "file that gets a line name=digest for each image, such as GITHUB_OUTPUT",
    }
)
def release(
    context: Context,
    registry: str = "docker.io",
    namespace: str = "",
    source: str = "",
    only: str = "",
    outputs: str = "",
) -> None:
    """Push the images, and verify them from the registry."""
    from spcsmetrics.images.release import Target
    from spcsmetrics.images.release import release as run

    run(Target(registry=registry, namespace=namespace), source, only, outputs, dry=is_dry(context))


@task(plan=False)
def versions(context: Context) -> None:
    """Print what is inside the images, with versions."""
    from spcsmetrics.upkeep.versions import print_versions

    print_versions()


@task(
    positional=["component", "version"],
    help={"component": "collector, prometheus, grafana or product", "version": "the version to move to"},
)
def bump(context: Context, component: str, version: str) -> None:
    """Move a component to another version; build and test then."""
    from spcsmetrics.upkeep.versions import bump as run

    run(component, version, dry=is_dry(context))


@task
def audit(context: Context) -> None:
    """Look for known vulnerabilities in what is locked.

    This needs the advisory databases of PyPI and Go.
    """
    from spcsmetrics.upkeep.lint import run_audit

    run_audit(dry=is_dry(context))


@task
def scan(context: Context) -> None:
    """Look for known vulnerabilities in the built images.

    A high one that has a fix fails the task.
    """
    from spcsmetrics.upkeep.lint import run_scan

    run_scan(dry=is_dry(context))
