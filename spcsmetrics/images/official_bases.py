"""The official bases of the images: from Docker Hub or a mirror, by the digest that is locked."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, LOCKS
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.versions import BASES
from spcsmetrics.images import registry

# Where bases come from instead of Docker Hub, such as mirror.example.com/hub.
MIRROR = "SPCS_BASE_MIRROR"
# Lists what is inside the images of a release.
SBOM_GENERATOR = "docker/buildkit-syft-scanner:stable-1"
# What stands in an image, or makes its list of contents, and comes from Docker Hub.
PINNED = (*BASES.values(), SBOM_GENERATOR)
_LOCK = LOCKS / "bases.txt"
# What is not locked, as the registry had it at the last build.
_FOUND = BUILD / "bases.txt"
_HEADER = "# Made by ./inv lock.bases: the digest of each base that an image is built on.\n"


def reference(key: str) -> str:
    """Return what an image is built on: the base by tag and, if known, digest; from the mirror if one is set."""
    return pinned(BASES[key])


def pinned(named: str) -> str:
    """Return an image of Docker Hub or the mirror with the digest that is locked, or was found, if there is one."""
    digest = (_read(_FOUND) | _read(_LOCK)).get(named)
    return mirrored(named) + (f"@{digest}" if digest else "")


def mirrored(named: str) -> str:
    """Return an image of Docker Hub as the mirror has it, if one is set."""
    mirror = os.environ.get(MIRROR, "").rstrip("/")
    return f"{mirror}/{named}" if mirror else named


def find_step(wanted: Sequence[str] = PINNED) -> Step:
    """Return the step that asks for the digests that are not locked; where nobody answers, tags must do."""

    def find() -> None:
        found: dict[str, str] = {}
        for named in _missing(wanted):
            try:
                found[named] = registry.fetch_digest(mirrored(named))
            except UserError as error:
                console.print(f"- The base {named} is named by its tag alone, because {error}")
        earlier = {named: digest for named, digest in _read(_FOUND).items() if named not in wanted}
        _write(_FOUND, earlier | found)

    names = ", ".join(map(mirrored, wanted))
    return Step(title="Find the digests of the bases", detail=names, action=find, skip=lambda: not _missing(wanted))


def _missing(wanted: Sequence[str]) -> list[str]:
    return [named for named in wanted if named not in _read(_LOCK)]


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("@", 1) for line in lines)


def _write(file: Path, digests: Mapping[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_HEADER + "".join(sorted(f"{named}@{digest}\n" for named, digest in digests.items())))


def lock_bases(*, dry: bool) -> None:
    """Ask Docker Hub, or the mirror, for the digest of every base, and write them down.

    Raises UserError where no registry answers, and leaves the lock as it was.
    """

    def write() -> None:
        _write(_LOCK, {named: registry.fetch_digest(mirrored(named)) for named in PINNED})

    lock = Step(title="Lock the bases", detail=f"{', '.join(PINNED)} -> {_LOCK.name}", action=write)
    carry_out([lock], dry=dry)
