"""What is inside the images, and moving it to other versions in the one place where each stands."""

import functools
import re
from pathlib import Path

from spcsmetrics.core import groups, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import PLUGIN, ROOT
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.versions import BASES, GRAFANA, PRODUCT, PROMETHEUS
from spcsmetrics.images.definition import BAKE_FILE, SHIPPED
from spcsmetrics.local import page
from spcsmetrics.programs import thanos
from spcsmetrics.programs.manifest import MANIFEST, builder_version, modules, read_manifest

_VERSIONS = ROOT / "spcsmetrics" / "core" / "versions.py"
# The libraries that draw the preview are Grafana's own.
_PACKAGES = page.SOURCE / "package.json"
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
    rows += [("thanos", "Thanos", thanos.version())]
    return [*((image, "SPCS user metrics", PRODUCT) for image in SHIPPED), *rows]


def print_versions() -> None:
    """Print what is inside the images, as columns."""
    rows = sorted(list_versions())
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for image, component, version in rows:
        print(f"{image:{widths[0]}}  {component:{widths[1]}}  {version}")  # noqa: T201 - the result


def bump(part: str, version: str, *, dry: bool) -> None:
    """Move one part to a version: collector, prometheus, grafana, or product.

    Raises UserError for another part, and for a version that is not written as one.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        raise UserError(f"{version} is not a version: write MAJOR.MINOR.PATCH")
    changes = _changes(part, version)
    steps = [
        Step(
            title=f"Write {version} into {file.relative_to(ROOT)}",
            detail=f"{pattern} -> {replacement}",
            action=functools.partial(_replace, file, pattern, replacement),
        )
        for file, pattern, replacement in changes
    ]
    if part == "grafana":
        steps += _preview_steps()
    carry_out(steps, dry=dry)


def _preview_steps() -> list[Step]:
    """Return the steps that lock the libraries of the preview at their new versions."""
    command = ["npm", "install", "--package-lock-only", "--ignore-scripts"]
    lock = Step(
        title="Lock the libraries of the preview",
        detail=f"{process.render(command)} in {page.SOURCE.relative_to(ROOT)}",
        action=lambda: process.run(
            command,
            cwd=page.SOURCE,
            env=page.node_environment(),
            remedy="look whether @grafana/ui has this version, and write one that it has into package.json",
        ),
    )
    return [groups.group_step("preview"), lock]


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
        libraries = [(_PACKAGES, r'("@grafana/\w+": ")[^"]+"', rf'\g<1>{version}"')] if part == "grafana" else []
        return [
            (_VERSIONS, rf'^{name} = ".*"$', f'{name} = "{version}"'),
            (BAKE_FILE, rf'("{BASES[part].rsplit(":", 1)[0]}:v?){re.escape(_PARTS[part])}"', rf'\g<1>{version}"'),
            *libraries,
        ]
    if part == "product":
        return [
            (_VERSIONS, r'^PRODUCT = ".*"$', f'PRODUCT = "{version}"'),
            (ROOT / "pyproject.toml", r'^version = ".*"$', f'version = "{version}"'),
            (MANIFEST, r"^(  version: ).*$", rf"\g<1>{version}"),
            (BAKE_FILE, r'(variable "VERSION" \{\n  default = )".*"', rf'\g<1>"{version}"'),
        ]
    raise UserError(f"{part!r} cannot be moved: write collector, prometheus, grafana or product")


def _collector_versions(version: str) -> tuple[str, str]:
    """Return the version of the collector's components and of its stable modules, which go up together."""
    manifest = read_manifest(MANIFEST)
    core = builder_version(manifest).removeprefix("v")
    named = modules(manifest)
    stable = next(one.removeprefix("v") for module, one in named.items() if "/confmap/provider/" in module)
    difference = int(version.split(".")[1]) - int(core.split(".")[1])
    return version, f"1.{int(stable.split('.')[1]) + difference}.{version.split('.')[2]}"


def _replace(file: Path, pattern: str, replacement: str) -> None:
    """Replace a pattern in a file. Raises UserError where the file has nothing like it, and leaves it alone."""
    text = file.read_text()
    changed, count = re.subn(pattern, replacement, text, flags=re.M)
    if count == 0:
        raise UserError(f"{file.relative_to(ROOT)} has nothing like {pattern}: write the version there by hand")
    file.write_text(changed)
