"""The licences of what is inside a program made by Go: read from the very modules that the program names."""

import os
import re
from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.toolchain import find_go, go_environment

_FILES = re.compile(r"(?i)^(licen[cs]e|copying|notice)([.-].*)?$")
_OWN = "github.com/spcs-user-metrics/"


def collect(program: Path) -> str:
    """Return the texts of all licences and notices, each once below the modules that it is of.

    Raises UserError for a module without any: an image must not be shipped then.
    """
    owners: dict[str, list[str]] = {}
    for module, folder in [*_modules(program), ("the Go standard library", _goroot())]:
        texts = [file for file in sorted(folder.iterdir()) if _FILES.match(file.name) and file.is_file()]
        if not texts:
            raise UserError(f"{module} has no licence in {folder}: find out what it is under before shipping it")
        for file in texts:
            owners.setdefault(file.read_text(errors="replace").strip(), []).append(module)
    rule = "=" * 80
    parts = [f"{rule}\n" + "\n".join(modules) + f"\n{rule}\n\n{text}\n" for text, modules in owners.items()]
    return "\n".join(parts)


def _modules(program: Path) -> list[tuple[str, Path]]:
    cache = Path(process.run([find_go(), "env", "GOMODCACHE"], env=go_environment()).strip())
    listed = process.run([find_go(), "version", "-m", program], env=go_environment())
    found = re.findall(r"^\t(?:dep|=>)\t(\S+)\t(v\S+)", listed, re.M)
    return [
        (f"{module} {version}", cache / f"{_escape(module)}@{_escape(version)}")
        for module, version in found
        if not module.startswith(_OWN)
    ]


def _escape(path: str) -> str:
    """Return a module's path as the cache spells it: a capital is ! and its small letter."""
    return re.sub(r"[A-Z]", lambda match: f"!{match[0].lower()}", path)


def _goroot() -> Path:
    root = Path(process.run([find_go(), "env", "GOROOT"], env=go_environment()).strip())
    # Distributions keep the texts beside the toolchain.
    return root if (root / "LICENSE").exists() else Path(os.path.realpath(root)).parent
