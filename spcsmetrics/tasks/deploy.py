"""The tasks around a deployed service."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task

_SETTINGS = "TOML file of the deployment (default: deploy.toml of the repository, else deploy/example.toml's defaults)"
_ADOPT = "take over a service of this name that this project did not make"
_TIMEOUT = "seconds to wait until the service runs and can be reached"
_LIMITS = {"timeout": (1, 86_400)}


@task(
    help={
        "settings": _SETTINGS,
        "create_pool": "create the service's compute pool where it is missing; it costs credits while it runs",
        "pushed": "the images are in the repository already, under the settings' tag or this version",
        "offline": "with --dry: print the plan for an empty account, without asking one",
        "timeout": _TIMEOUT,
        "adopt": _ADOPT,
        "images": "pull released images of this namespace, such as docker.io/acme, instead of this machine's",
        "tag": "with --images: their tag (default: this version)",
    },
    limits=_LIMITS,
)
def deploy(
    context: Context,
    settings: str = "",
    create_pool: bool = False,
    pushed: bool = False,
    offline: bool = False,
    timeout: int = 900,
    adopt: bool = False,
    images: str = "",
    tag: str = "",
) -> None:
    """Put the images into a Snowflake account as one service, or as several.

    Prints its URL when it is ready.
    """
    from spcsmetrics.deploy.deployment import deploy as run
    from spcsmetrics.deploy.options import Options

    run(
        Options(
            settings=settings,
            create_pool=create_pool,
            pushed=pushed,
            offline=offline,
            timeout=timeout,
            adopt=adopt,
            images=images,
            tag=tag,
        ),
        dry=is_dry(context),
    )


@task(
    help={
        "settings": _SETTINGS,
        "tag": "tag of images in the repository (default: send the images of this machine)",
        "timeout": _TIMEOUT,
    },
    limits=_LIMITS,
)
def upgrade(context: Context, settings: str = "", tag: str = "", timeout: int = 900) -> None:
    """Move the service to other images; data and URL stay."""
    from spcsmetrics.deploy.deployment import upgrade as run
    from spcsmetrics.deploy.options import Options

    run(Options(settings=settings, timeout=timeout), tag, dry=is_dry(context))


@task(help={"settings": _SETTINGS, "timeout": _TIMEOUT}, limits=_LIMITS)
def rotate(context: Context, settings: str = "", timeout: int = 900) -> None:
    """Replace the certificates between shards and view."""
    from spcsmetrics.deploy.deployment import rotate as run
    from spcsmetrics.deploy.options import Options

    run(Options(settings=settings, timeout=timeout), dry=is_dry(context))


@task(plan=False, help={"settings": _SETTINGS, "inverse": "print what takes it back"})
def grants(context: Context, settings: str = "", inverse: bool = False) -> None:
    """Print the SQL that an administrator runs first."""
    from spcsmetrics.deploy.operations import print_grants

    print_grants(settings, inverse=inverse)


@task(plan=False, help={"settings": _SETTINGS})
def status(context: Context, settings: str = "") -> None:
    """Print the state of each service, its containers and the URL."""
    from spcsmetrics.deploy.status import print_status

    print_status(settings)


@task(
    plan=False,
    positional=["container"],
    help={
        "container": "otel, prometheus or grafana; thanos with shards or replicas",
        "settings": _SETTINGS,
        "lines": "how many",
        "service": "with shards or replicas: a service such as SPCS_METRICS_1 (default: the first with the container)",
    },
    limits={"lines": (1, 1000)},
)
def logs(context: Context, container: str, settings: str = "", lines: int = 100, service: str = "") -> None:
    """Print the last lines that a container logged."""
    from spcsmetrics.deploy.operations import print_logs

    print_logs(settings, container, lines, service)


@task(name="open", plan=False, help={"settings": _SETTINGS})
def open_boards(context: Context, settings: str = "") -> None:
    """Open the boards of the service in a browser."""
    from spcsmetrics.deploy.operations import open_url

    open_url(settings)


@task(positional=["role"], help={"role": "role that may see the boards", "settings": _SETTINGS})
def grant_viewer(context: Context, role: str, settings: str = "") -> None:
    """Let a role open the boards."""
    from spcsmetrics.deploy.operations import grant_viewer as run

    run(settings, role, dry=is_dry(context))


@task(
    help={
        "settings": _SETTINGS,
        "force": "remove the volume with the metrics too",
        "yes": "do not ask",
        "adopt": "remove a service of this name also where this project did not make it",
    }
)
def undeploy(context: Context, settings: str = "", force: bool = False, yes: bool = False, adopt: bool = False) -> None:
    """Remove the service and its volume."""
    from spcsmetrics.deploy.operations import undeploy as run

    run(settings, force=force, yes=yes, adopt=adopt, dry=is_dry(context))


@task(help={"settings": _SETTINGS})
def backup(context: Context, settings: str = "") -> None:
    """Take a snapshot of the service's metrics."""
    from spcsmetrics.deploy.snapshots import back_up

    back_up(settings, dry=is_dry(context))


@task(help={"settings": _SETTINGS, "drop": "drop the snapshot of this name instead"})
def snapshots(context: Context, settings: str = "", drop: str = "") -> None:
    """List the snapshots of metrics, or drop one."""
    from spcsmetrics.deploy.snapshots import list_snapshots

    list_snapshots(settings, drop=drop, dry=is_dry(context))


@task(
    positional=["snapshot"],
    help={"snapshot": "name that backup printed", "settings": _SETTINGS, "yes": "do not ask", "timeout": _TIMEOUT},
    limits=_LIMITS,
)
def restore(context: Context, snapshot: str, settings: str = "", yes: bool = False, timeout: int = 900) -> None:
    """Replace the service's metrics by those of a snapshot."""
    from spcsmetrics.deploy.snapshots import restore as run

    run(settings, snapshot, yes=yes, timeout=timeout, dry=is_dry(context))
