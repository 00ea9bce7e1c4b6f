"""The architecture page against the imports, and the links of all pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from spcsmetrics.paths import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()


def package(module: str) -> str | None:
    first, *rest = module.split(".")
    if first == "simulator":
        return "simulator"
    if first != "spcsmetrics" or not rest:
        return None
    return rest[0] if (ROOT / "spcsmetrics" / rest[0]).is_dir() else "core"


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def edges() -> set[tuple[str, str]]:
    found = set()
    for top in ("spcsmetrics", "simulator"):
        for file in (ROOT / top).rglob("*.py"):
            here = package(".".join(file.relative_to(ROOT).with_suffix("").parts))
            found |= {(here, there) for name in imports(file) if (there := package(name)) and there != here}
    return {(a, b) for a, b in found if a}


def test_the_diagram_of_packages_is_what_they_import() -> None:
    diagram = PAGE.split("```mermaid")[2].split("```")[0]
    assert set(re.findall(r"(\w+) --> (\w+)", diagram)) == edges()


def test_every_place_of_the_tour_is_there() -> None:
    tour = (ROOT / "README.md").read_text().split("## The code in ten lines")[1]
    places = re.findall(r"\]\(([^)]+)\)", tour)
    assert len(places) == 10
    assert all((ROOT / place).exists() for place in places)


def test_every_link_within_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "plugins" / "spcsdiscovery" / "README.md"]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())]
    broken = [f"{page}: {link}" for page, link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken
