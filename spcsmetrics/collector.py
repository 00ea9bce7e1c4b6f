"""Building the collector: the manifest is checked, the builder generates and compiles, and nothing is done twice."""

import re
from pathlib import Path
from typing import Any

import yaml

from spcsmetrics import fingerprint, process
from spcsmetrics.errors import UserError
from spcsmetrics.paths import BUILD, OTEL, PLUGIN
from spcsmetrics.plan import Step
from spcsmetrics.process import Args
from spcsmetrics.toolchain import go_environment, go_step, host_platform

MANIFEST = OTEL / "manifest.yaml"
# How much garbage the collector keeps, in per cent of what is in use; its image sets the same.
GOGC = "75"
CONFIG = OTEL / "config.yaml"
# Merged over CONFIG where samples go to the account's event table too.
EVENT_TABLE_CONFIG = OTEL / "event-table.yaml"
_SOURCE = BUILD / "otel" / "source"
_LOG = BUILD / "otel" / "build.log"

_BUILDER = "go.opentelemetry.io/collector/cmd/builder"
# Without these the shipped configuration does not load.
REQUIRED = (
    "plugins/spcsdiscovery",
    "receiver/prometheusreceiver",
    "processor/memorylimiterprocessor",
    "exporter/otlpexporter",
    "exporter/otlphttpexporter",
    "extension/healthcheckextension",
    "provider/envprovider",
    "provider/fileprovider",
    "provider/yamlprovider",
)


def folder(target: str) -> Path:
    """Return where the programs for a platform go."""
    return BUILD / "otel" / target.replace("/", "-")


# The collector of this machine.
BINARY = folder(host_platform()) / "spcs-otelcol"


def read_manifest(path: Path = MANIFEST) -> dict[str, Any]:
    """Return the builder's manifest. Raises UserError when it is no YAML mapping."""
    try:
        manifest = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(manifest, dict) or "dist" not in manifest:
        raise UserError(f"{path} has no `dist` section: see the builder's documentation")
    return manifest


def modules(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the version of each Go module that the manifest names."""
    entries = [entry for section in manifest.values() if isinstance(section, list) for entry in section]
    return dict(str(entry["gomod"]).rsplit(" ", 1) for entry in entries)


def builder_version(manifest: dict[str, Any]) -> str:
    """Return the version of the builder: that of the collector's own components, which it must match."""
    versions = {
        version
        for module, version in modules(manifest).items()
        if module.startswith("go.opentelemetry.io/collector/") and version.startswith("v0.")
    }
    if len(versions) != 1:
        raise UserError(f"{MANIFEST} names {len(versions)} versions of the collector's components: make them one")
    return versions.pop()


def check_manifest(manifest: dict[str, Any], go_mod: str) -> None:
    """Raise UserError when the manifest cannot give the collector that is shipped.

    Versions must agree, also with the plugin's go.mod, and what the shipped configuration needs must be there.
    """
    named = modules(manifest)
    wanted = builder_version(manifest)
    for module, version in named.items():
        contrib = module.startswith("github.com/open-telemetry/opentelemetry-collector-contrib/")
        if contrib and version.rsplit(".", 1)[0] != wanted.rsplit(".", 1)[0]:
            raise UserError(f"{MANIFEST}: {module} is {version} but the collector is {wanted}: use one minor version")
    for part in REQUIRED:
        if not any(module.endswith(part) for module in named):
            raise UserError(f"{MANIFEST} has no {part}, which the shipped configuration needs: add it")
    for module, version in re.findall(r"^\t(\S+) (v\S+)$", go_mod, re.M):
        if named.get(module, version) != version:
            raise UserError(
                f"{PLUGIN / 'go.mod'} has {module} {version} but {MANIFEST.name} {named[module]}: "
                f"run `go get {module}@{named[module]} && go mod tidy` in {PLUGIN.name}"
            )


def build_steps(target: str = host_platform()) -> list[Step]:
    """Return the steps that make the collector and its health check for a platform."""
    binary, healthcheck = folder(target) / "spcs-otelcol", folder(target) / "healthcheck"
    manifest = read_manifest()
    check_manifest(manifest, (PLUGIN / "go.mod").read_text())
    version = builder_version(manifest)
    builder = BUILD / "bin" / "builder"
    inputs = fingerprint.digest(_inputs(), version)

    def install() -> None:
        process.run(["go", "install", f"{_BUILDER}@{version}"], env=go_environment(), log=_LOG, remedy=_REMEDY)
        fingerprint.mark(builder, version)

    def compile_collector() -> None:
        _compile(manifest, builder, binary, target)
        fingerprint.mark(binary, inputs)

    def compile_healthcheck() -> None:
        command: Args = ["go", "build", "-ldflags", "-s -w", "-o", healthcheck, "."]
        process.run(command, cwd=OTEL / "healthcheck", env=go_environment(target), remedy=_REMEDY)

    return [
        go_step(),
        Step(
            "Install the collector builder",
            f"go install {_BUILDER}@{version}",
            install,
            lambda: fingerprint.is_current(builder, version),
        ),
        Step(
            f"Build the collector for {target} (about 5 minutes the first time)",
            f"builder --config {_relative(MANIFEST)} -> {_relative(binary)}",
            compile_collector,
            lambda: fingerprint.is_current(binary, inputs),
        ),
        Step("Build the health check", f"go build -> {_relative(healthcheck)}", compile_healthcheck),
    ]


_REMEDY = "read the last lines, mend the source or the network, and run it again"


def _inputs() -> list[Path]:
    plugin = [file for pattern in ("*.go", "go.mod", "go.sum") for file in PLUGIN.rglob(pattern)]
    return [MANIFEST, *(file for file in plugin if not file.name.endswith("_test.go"))]


def _compile(manifest: dict[str, Any], builder: Path, binary: Path, target: str) -> None:
    generated = BUILD / "otel" / "manifest.yaml"
    generated.parent.mkdir(parents=True, exist_ok=True)
    manifest = {**manifest, "dist": {**manifest["dist"], "output_path": str(_SOURCE)}}
    generated.write_text(yaml.safe_dump(manifest))
    # The plugin's path in the manifest is relative to the manifest's own folder.
    command: Args = [builder, "--config", generated, "--skip-strict-versioning=false"]
    process.run(command, cwd=OTEL, env=go_environment(target), log=_LOG, remedy=_REMEDY)
    binary.parent.mkdir(parents=True, exist_ok=True)
    (_SOURCE / manifest["dist"]["name"]).replace(binary)


def _relative(path: Path) -> Path:
    return path.relative_to(BUILD.parent)
