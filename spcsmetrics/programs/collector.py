"""Building the collector: the manifest is checked, the builder generates and compiles, and nothing is done twice."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from spcsmetrics.core import fingerprint, process
from spcsmetrics.core.paths import BUILD, OTEL, PLUGIN
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment, go_step, host_platform
from spcsmetrics.programs.manifest import MANIFEST, builder_version, check_manifest, read_manifest

# How much garbage the collector keeps, in per cent of what is in use; its image sets the same.
GOGC = "75"
CONFIG = OTEL / "config.yaml"
# Merged over CONFIG where samples go to the account's event table too.
EVENT_TABLE_CONFIG = OTEL / "event-table.yaml"
_SOURCE = BUILD / "otel" / "source"
# Other names under which the program is the doctor and the health check.
NAMES = ("spcs-doctor", "healthcheck")
_NAMES = OTEL / "names.go"
_LOG = BUILD / "otel" / "build.log"

_BUILDER = "go.opentelemetry.io/collector/cmd/builder"


def folder(target: str) -> Path:
    """Return where the programs for a platform go."""
    return BUILD / "otel" / target.replace("/", "-")


def binary(target: str | None = None) -> Path:
    """Return where the collector for a platform, or for this machine's, goes."""
    return folder(target or host_platform()) / "spcs-otelcol"


def build_steps(target: str | None = None) -> list[Step]:
    """Return the steps that make the collector and its health check for a platform, or for this machine's."""
    target = target or host_platform()
    made = binary(target)
    manifest = read_manifest()
    check_manifest(manifest, (PLUGIN / "go.mod").read_text())
    version = builder_version(manifest)
    builder = BUILD / "bin" / "builder"
    inputs = fingerprint.digest(_inputs(), version)

    def install() -> None:
        process.run(["go", "install", f"{_BUILDER}@{version}"], env=go_environment(), log=_LOG, remedy=_REMEDY)
        fingerprint.mark(builder, version)

    def compile_collector() -> None:
        _compile(manifest, builder, made, target)
        fingerprint.mark(made, inputs)

    return [
        go_step(),
        Step(
            title="Install the collector builder",
            detail=f"go install {_BUILDER}@{version}",
            action=install,
            skip=lambda: fingerprint.is_current(builder, version),
        ),
        Step(
            title=f"Build the collector for {target} (about 5 minutes the first time)",
            detail=f"builder --config {_relative(MANIFEST)} -> {_relative(made)}",
            action=compile_collector,
            skip=lambda: fingerprint.is_current(made, inputs),
        ),
    ]


_REMEDY = "read the last lines, mend the source or the network, and run it again"


def _inputs() -> list[Path]:
    plugin = [file for pattern in ("*.go", "go.mod", "go.sum") for file in PLUGIN.rglob(pattern)]
    return [MANIFEST, _NAMES, *(file for file in plugin if not file.name.endswith("_test.go"))]


def _compile(manifest: dict[str, Any], builder: Path, made: Path, target: str) -> None:
    generated = BUILD / "otel" / "manifest.yaml"
    generated.parent.mkdir(parents=True, exist_ok=True)
    manifest = {**manifest, "dist": {**manifest["dist"], "output_path": str(_SOURCE)}}
    generated.write_text(yaml.safe_dump(manifest))
    _SOURCE.mkdir(parents=True, exist_ok=True)
    shutil.copy(_NAMES, _SOURCE)
    # The plugin's path in the manifest is relative to the manifest's own folder.
    command: Args = [builder, "--config", generated, "--skip-strict-versioning=false"]
    process.run(command, cwd=OTEL, env=go_environment(target), log=_LOG, remedy=_REMEDY)
    made.parent.mkdir(parents=True, exist_ok=True)
    (_SOURCE / manifest["dist"]["name"]).replace(made)


def _relative(path: Path) -> Path:
    return path.relative_to(BUILD.parent)
