"""The demo's store: Prometheus as the collector's module has it, so that both share one compilation.

Its version is that of the library in the collector, which may be a release behind the shipped store. A demo takes any
installed Prometheus of at least MIN_PROMETHEUS too, and shows the same with it. It has no description of its API at
/api/v1/openapi.yaml, because that takes two thirds of the time that the store adds.
"""

import re
from pathlib import Path

from spcsmetrics.core import fingerprint
from spcsmetrics.core.paths import BUILD
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_step, host_platform
from spcsmetrics.core.versions import MIN_PROMETHEUS
from spcsmetrics.programs import collector_module, mended_library
from spcsmetrics.programs.manifest import build_tags
from spcsmetrics.programs.mended_library import Source
from spcsmetrics.programs.released import Asset


def built(target: str | None = None) -> Path:
    """Return where the build for a platform, or for this machine's, puts it."""
    return BUILD / "demo" / (target or host_platform()).replace("/", "-") / "prometheus"


def release(version: str) -> str:
    """Return the release that a version of the module stands for.

    Example:
        >>> release("v0.315.1")
        '3.15.1'
    """
    match = re.fullmatch(r"v0\.(\d)(\d\d)\.(\d+)", version)
    return f"{match[1]}.{int(match[2])}.{match[3]}" if match else ""


def locked_version() -> str:
    """Return the version in the collector's module, or an empty text where it is too old for a demo."""
    version = collector_module.library_version()
    parts = tuple(map(int, release(version).split("."))) if release(version) else ()
    return version if parts[:2] >= MIN_PROMETHEUS else ""


def asset(target: str | None = None) -> Asset:
    """Return what a release calls it for a platform, or for this machine's."""
    target = target or host_platform()
    sources = [collector_module.FOLDER / "go.sum", *mended_library.source_files()]
    inputs = fingerprint.digest(sources, locked_version(), build_tags())
    return Asset(name=f"prometheus-{target.replace('/', '-')}", made=built(target), inputs=inputs)


def build_steps(target: str | None = None) -> list[Step]:
    """Return the steps that build it."""
    title = f"Build Prometheus {release(locked_version())} for the demo" + (f" on {target}" if target else "")
    return [go_step(), mended_library.build_step(source(target), target=target, title=title)]


def source(target: str | None = None) -> Source:
    """Return what it is compiled from."""
    version = release(locked_version())
    link = f"-X github.com/prometheus/common/version.Version={version}"
    return Source(asset=asset(target), package=collector_module.STORE, link=link)
