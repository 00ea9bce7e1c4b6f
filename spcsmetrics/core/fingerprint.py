"""Whether the inputs of a build changed since it was last made."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from spcsmetrics.core.paths import relative


def digest(files: Iterable[Path], *facts: str) -> str:
    """Return one SHA-256 over the names and contents of files, and further facts; it is the same in every clone.

    Example:
        inputs = digest(SOURCE.rglob("*.go"), version)
        if not is_current(binary, inputs):
            build()
            mark(binary, inputs)
    """
    total = hashlib.sha256()
    for fact in facts:
        total.update(fact.encode() + b"\0")
    for file in sorted(files):
        total.update(str(relative(file)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_current(output: Path, fingerprint: str) -> bool:
    """Return whether output exists and was made from inputs with this fingerprint."""
    stamp = _stamp(output)
    return output.exists() and stamp.exists() and stamp.read_text() == fingerprint


def mark(output: Path, fingerprint: str) -> None:
    """Record that output was just made from inputs with this fingerprint."""
    _stamp(output).write_text(fingerprint)


def _stamp(output: Path) -> Path:
    return output.with_name(output.name + ".sha256")
