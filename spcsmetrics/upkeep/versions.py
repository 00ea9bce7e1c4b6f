"""What is inside the images, and moving it to other versions in the one place where each stands."""

import re
from pathlib import Path

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import PLUGIN, ROOT
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.versions import BASES, GRAFANA, PRODUCT, PROMETHEUS
from spcsmetrics.images.definition import BAKE_FILE, IMAGES
from spcsmetrics.programs.manifest import MANIFEST, builder_version, modules, read_manifest

_VERSIONS = ROOT / "spcsmetrics" / "core" / "versions.py"
# Parts whose version stands in versions.py, and as a default in docker-bake.hcl.
_PARTS = {"prometheus": PROMETHEUS, "grafana": GRAFANA}


def list_versions() -> list[tuple[str, str, str]]:
    """Return image, component and version of everything that is inside."""
    manifest = read_manifest()
    go = re.search(r"^go (\S+)$", (PLUGIN / "go.mod").read_text(), re.M)
    rows = [("otel", module, version) for module, version in sorted(modules(manifest).items())]
    rows += [("otel", "collector builder", builder_version(manifest))]
    rows += [("otel", "Go, at least", go[1] if go else "unknown")]
    rows += [("prometheus", "base", BASES["prometheus"]), ("prometheus", "Prometheus", PROMETHEUS)]
    rows += [("grafana", "base", BASES["grafana"]), ("grafana", "Grafana", GRAFANA)]
    return [*((part, "SPCS user metrics", PRODUCT) for part in IMAGES), *rows]


def print_versions() -> None:
    """Print what is inside the images, as columns."""
    rows = sorted(list_versions())
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for part, component, version in rows:
        print(f"{part:{widths[0]}}  {component:{widths[1]}}  {version}")  # noqa: T201 - the result


def bump(part: str, version: str, *, dry: bool) -> None:
    """Move one part to a version: collector, prometheus, grafana, or product.

    Raises UserError for a part that there is not, and for what is no version.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        raise UserError(f"{version} is no version: write MAJOR.MINOR.PATCH")
    changes = _changes(part, version)
    steps = [
        Step(
            f"Write {version} into {file.relative_to(ROOT)}",
            f"{pattern} -> {replacement}",
            lambda file=file, pattern=pattern, replacement=replacement: _replace(file, pattern, replacement),  # type: ignore[misc]
        )
        for file, pattern, replacement in changes
    ]
    carry_out(steps, dry=dry)


def _changes(part: str, version: str) -> list[tuple[Path, str, str]]:
    """Return file, pattern and replacement for each place where the version of a part stands."""
    if part == "collector":
        core, contrib = _collector_versions(version)
        stable = r"(go\.opentelemetry\.io/collector/confmap/provider/\S+ )v1\.\S+"
        return [
            (MANIFEST, r"(go\.opentelemetry\.io/collector/\S+ )v0\.\S+", rf"\g<1>v{core}"),
            (MANIFEST, r"(github\.com/open-telemetry/\S+ )v0\.\S+", rf"\g<1>v{core}"),
            (MANIFEST, stable, rf"\g<1>v{contrib}"),
        ]
    if part in _PARTS:
        name = part.upper()
        return [
            (_VERSIONS, rf'^{name} = ".*"$', f'{name} = "{version}"'),
            (BAKE_FILE, rf'("{BASES[part].rsplit(":", 1)[0]}:v?){re.escape(_PARTS[part])}"', rf'\g<1>{version}"'),
        ]
    if part == "product":
        return [
            (_VERSIONS, r'^PRODUCT = ".*"$', f'PRODUCT = "{version}"'),
            (ROOT / "pyproject.toml", r'^version = ".*"$', f'version = "{version}"'),
            (MANIFEST, r"^(  version: ).*$", rf"\g<1>{version}"),
            (BAKE_FILE, r'(variable "VERSION" \{\n  default = )".*"', rf'\g<1>"{version}"'),
        ]
    raise UserError(f"there is no part {part!r}: write collector, prometheus, grafana or product")


def _collector_versions(version: str) -> tuple[str, str]:
    """Return the version of the collector's components and of its stable modules, which go up together."""
    manifest = read_manifest(MANIFEST)
    core = builder_version(manifest).removeprefix("v")
    named = modules(manifest)
    stable = next(one.removeprefix("v") for module, one in named.items() if "/confmap/provider/" in module)
    difference = int(version.split(".")[1]) - int(core.split(".")[1])
    return version, f"1.{int(stable.split('.')[1]) + difference}.{version.split('.')[2]}"


def _replace(file: Path, pattern: str, replacement: str) -> None:
    text = file.read_text()
    changed, count = re.subn(pattern, replacement, text, flags=re.M)
    if count == 0:
        raise UserError(f"{file.relative_to(ROOT)} has nothing like {pattern}: write the version there by hand")
    file.write_text(changed)
