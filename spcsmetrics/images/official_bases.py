"""The official bases of the images: from Docker Hub or a mirror, by the digest that is locked."""

import os

from spcsmetrics.core.paths import LOCKS
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.versions import BASES
from spcsmetrics.images import registry

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
    """Ask Docker Hub, or the mirror, for the digest of every base and write them down.

    Raises UserError where a registry does not answer, and leaves the lock as it was.
    """

    def write() -> None:
        lines = sorted(f"{named}@{_fetch(named)}\n" for named in BASES.values())
        _LOCK.write_text(_HEADER + "".join(lines))

    carry_out([Step("Lock the bases", f"{', '.join(BASES.values())} -> {_LOCK.name}", write)], dry=dry)


def _fetch(named: str) -> str:
    """Return the digest of a base such as prom/prometheus:v3.16.0; a name of one word is in the namespace library."""
    host, _, prefix = os.environ.get(MIRROR, "docker.io").rstrip("/").partition("/")
    name, tag = named.rsplit(":", 1)
    name = f"library/{name}" if "/" not in name and host == "docker.io" else name
    return registry.fetch_digest(host, f"{prefix}/{name}" if prefix else name, tag)
