"""The tasks release, versions, bump, audit and scan."""

from invoke import Context, task

from spcsmetrics.tasks.command import explain_errors, is_dry


@task(
    help={
        "registry": "host of the registry, with its port: docker.io, localhost:5000",
        "namespace": "namespace in the registry",
        "source": "registry/namespace to copy this version's images from, instead of building them",
        "only": "release one image: otel, prometheus or grafana",
        "outputs": "file that gets a line name=digest for each image, such as GITHUB_OUTPUT",
    }
)
@explain_errors
def release(
    context: Context,
    registry: str = "docker.io",
    namespace: str = "",
    source: str = "",
    only: str = "",
    outputs: str = "",
) -> None:
    """Push the images under the version's tags, and verify them from the registry."""
    from spcsmetrics.images.release import Target
    from spcsmetrics.images.release import release as run

    run(Target(registry, namespace), source, only, outputs, dry=is_dry(context))


@task
@explain_errors
def versions(context: Context) -> None:
    """Print everything that is inside the images, with its version."""
    from spcsmetrics.upkeep.versions import print_versions

    print_versions()


@task(
    positional=["part", "version"],
    help={"part": "collector, prometheus, grafana or product", "version": "the version to move to"},
)
@explain_errors
def bump(context: Context, part: str, version: str) -> None:
    """Move a part to another version, where it stands; build and test afterwards."""
    from spcsmetrics.upkeep.versions import bump as run

    run(part, version, dry=is_dry(context))


@task
@explain_errors
def audit(context: Context) -> None:
    """Look for known vulnerabilities in what is locked; needs the advisory databases of PyPI and Go."""
    from spcsmetrics.upkeep.lint import run_audit

    run_audit(dry=is_dry(context))


@task
@explain_errors
def scan(context: Context) -> None:
    """Look for known vulnerabilities in the built images; fails on a high one that has a fix."""
    from spcsmetrics.upkeep.lint import run_scan

    run_scan(dry=is_dry(context))
