"""The writer of a history into a store, compiled in the collector's module of packages that the store has."""

from pathlib import Path

from spcsmetrics.core import fingerprint
from spcsmetrics.core.paths import BUILD, OTEL
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_step, host_platform
from spcsmetrics.programs import collector_module, mended_library
from spcsmetrics.programs.manifest import build_tags
from spcsmetrics.programs.released import Asset

SOURCE = OTEL / "backfill" / "main.go"


def built(target: str | None = None) -> Path:
    """Return where the build for a platform, or for this machine's, puts it."""
    return BUILD / "demo" / (target or host_platform()).replace("/", "-") / "backfill"


def asset(target: str | None = None) -> Asset:
    """Return what a release calls it for a platform, or for this machine's."""
    target = target or host_platform()
    files = [SOURCE, collector_module.FOLDER / "go.sum", *mended_library.source_files()]
    inputs = fingerprint.digest(files, build_tags())
    return Asset(name=f"backfill-{target.replace('/', '-')}", made=built(target), inputs=inputs)


def build_steps(target: str | None = None) -> list[Step]:
    """Return the steps that build it."""
    title = "Build the writer of a history" + (f" on {target}" if target else "")
    source = mended_library.Source(asset=asset(target), package=str(SOURCE))
    return [go_step(), mended_library.build_step(source, target=target, title=title)]
