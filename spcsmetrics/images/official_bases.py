"""The official bases of the images: from Docker Hub or a mirror, by the digest that is locked."""

import os

from spcsmetrics.core.paths import LOCKS
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.versions import BASES
from spcsmetrics.images import daemon

# Where bases come from instead of Docker Hub, such as mirror.example.com/hub.
MIRROR = "SPCS_BASE_MIRROR"
# Lists what is inside the images of a release.
SBOM_GENERATOR = "docker/buildkit-syft-scanner:stable-1"
_LOCK = LOCKS / "bases.txt"
_HEADER = "# Made by ./inv lock.bases: the digest of each base that an image is built on.\n"


def reference(key: str) -> str:
    """Return what an image is built on: the base by tag and, if locked, digest; from the mirror if one is set."""
    digest = _locked().get(BASES[key])
    return mirrored(BASES[key]) + (f"@{digest}" if digest else "")


def mirrored(named: str) -> str:
    """Return an image of Docker Hub as the mirror has it, if one is set."""
    mirror = os.environ.get(MIRROR, "").rstrip("/")
    return f"{mirror}/{named}" if mirror else named


def without_digest() -> list[str]:
    """Return the bases of shipped images that have no digest in the lock."""
    return [named for key, named in BASES.items() if key != "simulator" and named not in _locked()]


def _locked() -> dict[str, str]:
    if not _LOCK.exists():
        return {}
    lines = [line for line in _LOCK.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("@", 1) for line in lines)


def lock_bases(*, dry: bool) -> None:
    """Let Docker ask Docker Hub, or the mirror, for the digest of every base, and write them down.

    Raises UserError where no daemon or registry answers, and leaves the lock as it was.
    """

    def write() -> None:
        lines = sorted(f"{named}@{daemon.fetch_digest(mirrored(named))}\n" for named in BASES.values())
        _LOCK.write_text(_HEADER + "".join(lines))

    lock = Step(title="Lock the bases", detail=f"{', '.join(BASES.values())} -> {_LOCK.name}", action=write)
    carry_out([daemon.check_step(), lock], dry=dry)
