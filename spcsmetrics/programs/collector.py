"""The collector: compiled from the module that the builder generated, whose go.sum names every module by its hash."""

from pathlib import Path

from spcsmetrics.core import fingerprint
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, OTEL, PLUGIN
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_step, host_platform
from spcsmetrics.programs import collector_module, gobuild, mended_library
from spcsmetrics.programs.manifest import MANIFEST, check_manifest, read_manifest
from spcsmetrics.programs.mended_library import Source
from spcsmetrics.programs.released import Asset

# How much garbage the collector keeps, in per cent of what is in use; its image sets the same.
GOGC = "20"
CONFIG = OTEL / "config.yaml"
# Merged over CONFIG where samples go to the account's event table too.
EVENT_TABLE_CONFIG = OTEL / "event-table.yaml"
# Merged over CONFIG where services that publish metrics of their own are scraped too.
SERVICES_CONFIG = OTEL / "services.yaml"
# Merged over CONFIG where a central store gets a copy of all samples.
CENTRAL_CONFIG = OTEL / "central.yaml"
# Other names under which the program is the doctor and the health check.
NAMES = ("spcs-doctor", "healthcheck")


def folder(target: str) -> Path:
    """Return where the programs for a platform go."""
    return BUILD / "otel" / target.replace("/", "-")


def binary(target: str | None = None) -> Path:
    """Return where the collector for a platform, or for this machine's, goes."""
    return folder(target or host_platform()) / "spcs-otelcol"


def asset(target: str | None = None) -> Asset:
    """Return what a release calls the collector for a platform, or for this machine's."""
    target = target or host_platform()
    inputs = fingerprint.digest(_inputs())
    return Asset(name=f"spcs-otelcol-{target.replace('/', '-')}", made=binary(target), inputs=inputs)


def build_steps(target: str | None = None) -> list[Step]:
    """Return the steps that make the collector for a platform, or for this machine's; they raise as source does."""
    title = f"Build the collector for {target or host_platform()}"
    return [go_step(), mended_library.build_step(source(target), target=target, title=title)]


def source(target: str | None = None) -> Source:
    """Return what the collector is compiled from.

    Raises UserError for a manifest that is wrong, and for a generated module that is older than the manifest or than
    the plugin.
    """
    manifest = read_manifest()
    check_manifest(manifest, (PLUGIN / "go.mod").read_text())
    collector_module.check(manifest)
    return Source(asset=asset(target), package=manifest["dist"]["module"])


def is_compiled_before() -> bool:
    """Return whether this machine has Go, and most of what the collector is compiled from."""
    try:
        return collector_module.is_downloaded()
    except UserError:
        return False


def _inputs() -> list[Path]:
    sources = [
        file
        for module in (PLUGIN, collector_module.FOLDER)
        for pattern in ("*.go", "go.mod", "go.sum")
        for file in module.rglob(pattern)
    ]
    return [
        MANIFEST,
        Path(gobuild.__file__),
        *mended_library.source_files(),
        *(file for file in sources if not file.name.endswith("_test.go")),
    ]
