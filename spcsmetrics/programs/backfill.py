"""The writer of a history into a store, compiled in the collector's module of packages that the store has."""

from pathlib import Path

from spcsmetrics.core import fingerprint
from spcsmetrics.core.paths import BUILD, OTEL, relative
from spcsmetrics.core.progress import Progress
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment, go_step, host_platform
from spcsmetrics.programs import collector_module, gobuild, mended_library
from spcsmetrics.programs.manifest import build_tags
from spcsmetrics.programs.released import Asset

SOURCE = OTEL / "backfill" / "main.go"
_LOG = BUILD / "backfill.log"
_REMEDY = "read the last lines, and mend the network"


def built(target: str | None = None) -> Path:
    """Return where the build for a platform, or for this machine's, puts it."""
    return BUILD / "demo" / (target or host_platform()).replace("/", "-") / "backfill"


def asset(target: str | None = None) -> Asset:
    """Return what a release calls it for a platform, or for this machine's."""
    target = target or host_platform()
    inputs = fingerprint.digest([SOURCE, collector_module.FOLDER / "go.sum", mended_library.SOURCE], build_tags())
    return Asset(name=f"backfill-{target.replace('/', '-')}", made=built(target), inputs=inputs)


def build_steps(target: str | None = None) -> list[Step]:
    """Return the steps that build it; those of the store before it leave little to compile."""
    wanted = asset(target)
    title = "Build the writer of a history" + (f" on {target}" if target else "")
    progress = Progress(title=title, log=_LOG)

    def build() -> None:
        gobuild.build_large(
            str(SOURCE),
            wanted.made,
            module=collector_module.FOLDER,
            # The collector's own tags: with others the packages would be compiled again.
            flags=mended_library.build_flags(),
            link="-s -w",
            env=go_environment(target or ""),
            progress=progress,
            remedy=_REMEDY,
        )
        wanted.mark()

    build_step = Step(
        title=title,
        detail=f"go build {relative(SOURCE)} -> {relative(wanted.made)}",
        action=build,
        skip=wanted.is_current,
        exclusive=True,
        progress=progress,
    )
    return [go_step(), build_step]
