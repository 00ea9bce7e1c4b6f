"""The tasks release, pack, registry, rehearse, versions, bump, audit and scan."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task(
    help={
        "registry": "host of the registry, with its port: docker.io, localhost:5000",
        "namespace": "namespace in the registry",
        "source": "registry/namespace to copy this version's images from, instead of those of this machine",
        "candidate": "push the version alone, before it is tested and scanned",
        "outputs": "file that gets a line name=digest for each image, such as GITHUB_OUTPUT",
    }
)
def release(
    context: Context,
    registry: str = "docker.io",
    namespace: str = "",
    source: str = "",
    candidate: bool = False,
    outputs: str = "",
) -> None:
    """Push the images, and verify them from the registry.

    Everything is checked before the first push, and latest moves last.
    """
    from spcsmetrics.images.release import run_release
    from spcsmetrics.images.target import Target

    run_release(
        Target(registry=registry, namespace=namespace), source, outputs, candidate=candidate, dry=is_dry(context)
    )


@task
def pack(context: Context) -> None:
    """Pack what demos take from a release: programs and boards.

    They are made for Linux and macOS, and go to build/release.
    """
    from spcsmetrics.local.packing import run_packing

    run_packing(dry=is_dry(context))


@task(
    help={
        "outputs": "file that gets a line REGISTRY=address, such as GITHUB_ENV",
        "stop": "stop it; what was pushed stays in build/registry",
    }
)
def registry(context: Context, outputs: str = "", stop: bool = False) -> None:
    """Start a registry on this machine, for candidates.

    It listens on a free port of localhost until it is stopped.
    """
    from spcsmetrics.images.local_registry import run_registry

    run_registry(outputs, stop=stop, dry=is_dry(context))


@task(help={"only": "rehearse one workflow: ci or release"})
def rehearse(context: Context, only: str = "") -> None:
    """Run the workflows on this machine, and a release with each fault.

    The release goes into a registry on localhost.
    """
    from spcsmetrics.upkeep.rehearsal import run_rehearsal

    run_rehearsal(only, dry=is_dry(context))


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
    from spcsmetrics.upkeep.advisories import run_audit

    run_audit(dry=is_dry(context))


@task
def scan(context: Context) -> None:
    """Look for known vulnerabilities in the built images.

    A high one that has a fix fails the task.
    """
    from spcsmetrics.upkeep.advisories import run_scan

    run_scan(dry=is_dry(context))
