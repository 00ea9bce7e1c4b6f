"""The Prometheus binary: an installed one that is new enough, or the shipped version from its module, or the demo's."""

import re
import shutil
from pathlib import Path

from spcsmetrics.core import fingerprint, process
from spcsmetrics.core.paths import BUILD, PROMETHEUS
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment, go_step
from spcsmetrics.core.versions import MIN_PROMETHEUS, prometheus_module
from spcsmetrics.core.versions import PROMETHEUS as VERSION
from spcsmetrics.programs import demo_store

CONFIG = PROMETHEUS / "prometheus.yml"
# As the image has it; the size follows the volume there, but this machine's disk is for others, too.
RETENTION = ("--storage.tsdb.retention.time=15d", "--storage.tsdb.retention.size=20GB")
_MODULE = "github.com/prometheus/prometheus"
_LOG = BUILD / "prometheus.log"


def find_installed() -> Path | None:
    """Return the prometheus on the PATH when it is at least MIN_PROMETHEUS."""
    found = shutil.which("prometheus")
    if not found:
        return None
    match = re.search(r"version (\d+)\.(\d+)", process.probe([found, "--version"]))
    return Path(found) if match and (int(match[1]), int(match[2])) >= MIN_PROMETHEUS else None


def built(program: str = "prometheus") -> Path:
    """Return where the build puts prometheus or promtool."""
    return BUILD / "bin" / program


def binary() -> Path:
    """Return the prometheus to run: that of the PATH, else the shipped version where it is built, else the demo's."""
    return find_installed() or (built() if is_built() or not demo_store.built().exists() else demo_store.built())


def is_built() -> bool:
    """Return whether the shipped version is there."""
    return fingerprint.is_current(built(), prometheus_module())


def build_steps(*programs: str) -> list[Step]:
    """Return the steps that build these commands of the Prometheus module: prometheus, promtool."""
    return [go_step(), *(_build_step(program) for program in programs)]


def _build_step(program: str) -> Step:
    version = prometheus_module()
    command = [
        "go",
        "install",
        "-tags",
        "netgo,remove_all_sd",
        "-ldflags",
        f"-s -w -X github.com/prometheus/common/version.Version={VERSION}",
        f"{_MODULE}/cmd/{program}@{version}",
    ]

    def build() -> None:
        process.run(command, env=go_environment(), log=_LOG, remedy="check the network, then run it again")
        fingerprint.mark(built(program), version)

    return Step(
        title=f"Build {program} {VERSION}",
        detail=process.render(command),
        action=build,
        skip=lambda: fingerprint.is_current(built(program), version),
        exclusive=True,
    )
