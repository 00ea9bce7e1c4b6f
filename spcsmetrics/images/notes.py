"""The notes of a release: what the changelog says of it, and each image by its digest."""

import re
from collections.abc import Mapping
from pathlib import Path

from spcsmetrics.core import git
from spcsmetrics.core.paths import BUILD, ROOT
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.images.target import Target

FILE = BUILD / "release" / "notes.md"


def write_notes(target: Target, digests: Mapping[str, str], outputs: str) -> None:
    """Write the notes, and add a line key=digest for each image to the file outputs, if one is named."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(notes(target, digests))
    if outputs:
        with Path(outputs).open("a") as file:
            file.writelines(f"{key}={digest}\n" for key, digest in digests.items())


def notes(target: Target, digests: Mapping[str, str]) -> str:
    """Return the text."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    section = re.search(rf"^## .*\b{re.escape(PRODUCT)}\b.*?\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    rows = "\n".join(f"| `{target.reference(SHIPPED[key], PRODUCT)}` | `{digest}` |" for key, digest in digests.items())
    said = section[1].strip() if section else ""
    return f"{said}\n\nCommit {git.revision()}\n\n| image | digest |\n|---|---|\n{rows}\n"
