"""The manifest of the collector: read, and checked before the builder sees it."""

import re
from pathlib import Path
from typing import Any

import yaml

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import OTEL, PLUGIN

MANIFEST = OTEL / "manifest.yaml"
# Without these the shipped configuration does not load.
REQUIRED = (
    "plugins/spcsdiscovery",
    "processor/memorylimiterprocessor",
    "exporter/otlpexporter",
    "exporter/otlphttpexporter",
    "extension/storage/filestorage",
    "extension/healthcheckextension",
    "provider/envprovider",
    "provider/fileprovider",
    "provider/yamlprovider",
)


def read_manifest(path: Path = MANIFEST) -> dict[str, Any]:
    """Return the builder's manifest. Raises UserError when it is not a YAML mapping."""
    try:
        manifest = yaml.load(path.read_text(), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(manifest, dict) or "dist" not in manifest:
        raise UserError(f"{path} has no `dist` section: see the builder's documentation")
    return manifest


def modules(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the version of each Go module that the manifest names."""
    entries = [entry for section in manifest.values() if isinstance(section, list) for entry in section]
    return dict(str(entry["gomod"]).rsplit(" ", 1) for entry in entries)


def build_tags() -> str:
    """Return the tags that every Go module is compiled with, separated by commas."""
    return str(read_manifest()["dist"]["build_tags"])


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
    for component in REQUIRED:
        if not any(module.endswith(component) for module in named):
            raise UserError(f"{MANIFEST} has no {component}, which the shipped configuration needs: add it")
    for module, version in re.findall(r"^\t(\S+) (v\S+)$", go_mod, re.M):
        if named.get(module, version) != version:
            raise UserError(
                f"{PLUGIN / 'go.mod'} has {module} {version} but {MANIFEST.name} {named[module]}: "
                f"run `go get {module}@{named[module]} && go mod tidy` in {PLUGIN.name}"
            )
