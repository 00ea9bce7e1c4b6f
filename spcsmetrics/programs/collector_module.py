"""The collector's module, which the builder generates from the manifest: kept in the repository, with its go.sum."""

import re
import tempfile
from pathlib import Path
from typing import Any

import yaml

from spcsmetrics.core import fingerprint, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, OTEL, PLUGIN, ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.toolchain import go_environment, go_step
from spcsmetrics.programs.manifest import build_tags, builder_version, modules, read_manifest

# With names.go, which is written by hand.
FOLDER = OTEL / "collector"
LIBRARY = "github.com/prometheus/prometheus"
# The demo's store, see demo_store.
STORE = f"{LIBRARY}/cmd/prometheus"
_BUILDER = "go.opentelemetry.io/collector/cmd/builder"
_PROGRAM = BUILD / "bin" / "builder"
_LOG = BUILD / "otel" / "generate.log"
_REQUIRED = re.compile(r"^\t(\S+) (v\S+)(?: // indirect)?$", re.M)


def generate(*, dry: bool) -> None:
    """Let the builder write the module anew from the manifest; versions of what is there already stay."""
    version = builder_version(read_manifest())
    install = ["go", "install", f"{_BUILDER}@{version}"]

    def install_builder() -> None:
        process.run(install, env=go_environment(), log=_LOG, remedy="check the network, then run it again")
        fingerprint.mark(_PROGRAM, version)

    steps = [
        go_step(),
        Step(
            title="Install the collector builder",
            detail=process.render(install),
            action=install_builder,
            skip=lambda: fingerprint.is_current(_PROGRAM, version),
        ),
        Step(
            title="Generate the collector's module", detail=f"builder -> {FOLDER.relative_to(ROOT)}", action=_generate
        ),
    ]
    carry_out(steps, dry=dry)


def _generate() -> None:
    manifest = read_manifest()
    manifest["dist"]["output_path"] = str(FOLDER)
    written = BUILD / "otel" / "manifest.yaml"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(yaml.safe_dump(manifest))
    # The plugin's path in the manifest is relative to the manifest's own folder.
    command: Args = [_PROGRAM, "--config", written, "--skip-compilation", "--skip-strict-versioning=false"]
    # The builder makes a folder for a distribution that names none, and leaves it there.
    with tempfile.TemporaryDirectory() as unused:
        env = go_environment() | {"TMPDIR": unused}
        process.run(command, cwd=OTEL, env=env, log=_LOG, remedy="read the last lines, and mend the manifest")
    # The builder leaves out of go.sum what the demo's store alone needs, which is compiled in this module.
    add: Args = ["go", "list", "-mod=mod", "-deps", f"-tags={build_tags()}", STORE]
    process.run(add, cwd=FOLDER, env=go_environment(), log=_LOG, remedy="read the last lines, and mend the network")


def library_version() -> str:
    """Return the version of Prometheus's library that the module requires, or an empty text."""
    required: dict[str, str] = dict(_REQUIRED.findall((FOLDER / "go.mod").read_text()))
    return required.get(LIBRARY, "")


def is_downloaded() -> bool:
    """Return whether Go's module cache holds the module's largest library, so that most of the rest is there too."""
    cache = Path(process.run(["go", "env", "GOMODCACHE"], env=go_environment()).strip())
    return (cache / f"{LIBRARY}@{library_version()}").exists()


def check(manifest: dict[str, Any], folder: Path = FOLDER, plugin: Path = PLUGIN) -> None:
    """Raise UserError when the module is older than the manifest, or than what the plugin asks for."""
    go_mod = folder / "go.mod"
    locked = dict(_REQUIRED.findall(go_mod.read_text())) if go_mod.exists() else {}
    asked = _REQUIRED.findall((plugin / "go.mod").read_text())
    # What the plugin's tests alone need is not in the collector.
    wanted = [*modules(manifest).items(), *((module, version) for module, version in asked if module in locked)]
    for module, version in wanted:
        found = locked.get(module)
        if not found or _order(found) < _order(version):
            raise UserError(
                f"{folder.name}/go.mod of the collector has {module} {found or 'not at all'}, and {version} is asked"
                " for: run ./inv lock.collector"
            )


def _order(version: str) -> list[tuple[int, str]]:
    """Return what versions are compared by, number by number."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"[.v-]", version)]
