"""The modules inside a program made by Go, and their licences: read from the very modules that the program names."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import STANDINS
from spcsmetrics.core.toolchain import find_go, go_environment

_FILES = re.compile(r"(?i)^(licen[cs]e|copying|notice)([.-](?!go$).*)?$")
# Texts of what is not compiled: module and file. The first is of a test script.
# Source: https://github.com/weaveworks/common/pull/107
_NOT_COMPILED = {("github.com/weaveworks/common", "COPYING.LGPL-3")}
_OWN = "github.com/spcs-user-metrics/"
_STANDARD = "the Go standard library"
# What may be shipped, by SPDX identifier, with the words that such a text has; a space is any white space.
_KINDS = {
    name: re.compile(words.replace(" ", r"\s+"))
    for name, words in {
        "Apache-2.0": r"Apache License,? Version 2\.0",
        "BSD-3-Clause": r"Redistribution and use in source and binary forms, with or without modification",
        "ISC": r"Permission to use, copy, modify, and(/or)? distribute this software for any purpose",
        "MIT": r"Permission is hereby granted, free of charge, to any person obtaining a copy",
        "MPL-2.0": r"Mozilla Public License,? [Vv]ersion 2\.0",
    }.items()
}
# A text that begins so asks for more than a copy of itself.
_REFUSED = re.compile(r"(?i)GNU\s+(affero|lesser|library|general)|Server Side Public|Business Source|Commons Clause")


@dataclass(frozen=True, kw_only=True)
class Module:
    """A Go module inside a program, with its folder in the module cache and the hash that the program names."""

    path: str
    version: str
    folder: Path
    checksum: str = ""

    @property
    def name(self) -> str:
        """Return path and version."""
        return f"{self.path} {self.version}".strip()

    def texts(self) -> list[Path]:
        """Return its licences and notices. Raises UserError where they are missing, or of a kind not shipped."""
        named = [file for file in sorted(self.folder.iterdir()) if _FILES.match(file.name) and file.is_file()]
        texts = [file for file in named if (self.path, file.name) not in _NOT_COMPILED]
        if not texts:
            raise UserError(
                f"{self.name} has no licence in {self.folder}: find out what it is under before shipping it"
            )
        for file in texts:
            text = file.read_text(errors="replace")
            if _REFUSED.search(text[:400]) or not (find_kinds(text) or file.name.lower().startswith("notice")):
                raise UserError(
                    f"{self.name} is under a licence that is not one of {', '.join(_KINDS)} ({file.name}): leave it out"
                )
        return texts

    def kinds(self) -> list[str]:
        """Return the SPDX identifiers of its licences."""
        return sorted({kind for file in self.texts() for kind in find_kinds(file.read_text(errors="replace"))})


def find_kinds(text: str) -> list[str]:
    """Return the SPDX identifiers of the licences whose words a text has."""
    return [kind for kind, words in _KINDS.items() if words.search(text)]


def collect(program: Path) -> str:
    """Return the texts of all licences and notices, each once below the modules that it is of.

    Raises UserError for a module without any, or under one that is not shipped: its image must not be built.
    """
    owners: dict[str, list[str]] = {}
    for module in [*modules(program), Module(path=_STANDARD, version="", folder=_goroot())]:
        for file in module.texts():
            owners.setdefault(file.read_text(errors="replace").strip(), []).append(module.name)
    rule = "=" * 80
    parts = [f"{rule}\n" + "\n".join(names) + f"\n{rule}\n\n{text}\n" for text, names in owners.items()]
    return "\n".join(parts)


def modules(program: Path) -> list[Module]:
    """Return the modules of others that a program names: also its own, and replacements instead of the replaced.

    One that is replaced by a folder is a copy of it, unless it is a stand-in of ours.
    """
    cache = Path(process.run([find_go(), "env", "GOMODCACHE"], env=go_environment()).strip())
    listed = process.run([find_go(), "version", "-m", program], env=go_environment())
    replaced = rf"\n\t=>\t(?:\S+\tv|\S+/{STANDINS.name}/)"
    found = re.findall(rf"^\t(?:mod|dep|=>)\t(\S+)\t(v\S+)(?:\t(h1:\S+))?(?!.*{replaced})", listed, re.M)
    return [
        Module(path=path, version=version, folder=cache / f"{_escape(path)}@{_escape(version)}", checksum=checksum)
        for path, version, checksum in found
        if not path.startswith(_OWN)
    ]


def _escape(path: str) -> str:
    """Return a module's path as the cache spells it: a capital is ! and its small letter."""
    return re.sub(r"[A-Z]", lambda match: f"!{match[0].lower()}", path)


def _goroot() -> Path:
    root = Path(process.run([find_go(), "env", "GOROOT"], env=go_environment()).strip())
    # Distributions keep the texts beside the toolchain.
    return root if (root / "LICENSE").exists() else Path(os.path.realpath(root)).parent
