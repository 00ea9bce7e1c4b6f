"""What a release holds beside its images: programs and the page for demos, each packed by itself.

A file is named by the fingerprint of what it was made of, so that a clone finds what fits its own sources, or nothing.
Addresses: https://docs.github.com/en/repositories/releasing-projects-on-github/linking-to-releases
"""

import gzip
import os
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from spcsmetrics.core import fingerprint
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import make_folder
from spcsmetrics.core.paths import BUILD, relative
from spcsmetrics.core.steps import Step, console
from spcsmetrics.core.versions import PRODUCT, SOURCE

FOLDER = BUILD / "release"
# Where a network has a copy of the releases, with the same names.
MIRROR = "SPCS_RELEASES"
_FILTER: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
# To connect, and between two parts of a file.
_SECONDS = (5, 60)


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A program or a folder of a release.

    Args:
        name: what it is, such as spcs-otelcol-linux-amd64.
        made: where it belongs in a clone.
        inputs: the fingerprint of what it is made of.
    """

    name: str
    made: Path
    inputs: str

    @property
    def file_name(self) -> str:
        """Return what the release calls it."""
        return f"{self.name}-{self.inputs[:16]}.tar.gz"

    def is_current(self) -> bool:
        """Return whether it is there and was made of the present sources."""
        return self.is_made_here() or fingerprint.is_current(self.made, self._fetched)

    def is_made_here(self) -> bool:
        """Return whether it is there and was made of the present sources on this machine."""
        return fingerprint.is_current(self.made, self.inputs)

    def mark(self) -> None:
        """Record that it was just made of these."""
        fingerprint.mark(self.made, self.inputs)

    def mark_fetched(self) -> None:
        """Record that others made it of these."""
        fingerprint.mark(self.made, self._fetched)

    @property
    def _fetched(self) -> str:
        return f"{self.inputs} fetched"


def look_step(assets: Sequence[Asset], what: str) -> Step:
    """Return the step that fetches what is missing where the release of this version was made of the same sources.

    What it does not find or cannot fetch is left to the steps that make it.
    """
    base = f"{os.environ.get(MIRROR) or f'{SOURCE}/releases/download'}/v{PRODUCT}"

    def look() -> None:
        for asset in assets:
            if not asset.is_current():
                try:
                    fetch(asset, base)
                except UserError as error:
                    console.print(f"  {error}: it is made here")
                    return

    return Step(
        title=f"Look for {what} of these sources in the release",
        detail=", ".join(f"GET {base}/{asset.file_name}" for asset in assets),
        action=look,
        skip=lambda: all(asset.is_current() for asset in assets),
        exclusive=True,
    )


def fetch(asset: Asset, base: str) -> None:
    """Get a file of a release and unpack it to its place. Raises UserError where it is not there or cannot be used."""
    import requests  # noqa: PLC0415 - slow to import
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - as requests

    url = f"{base}/{asset.file_name}"
    try:
        with requests.get(url, stream=True, timeout=_SECONDS) as answer:
            if answer.status_code == 404:
                raise UserError(f"the release v{PRODUCT} has no {asset.name} of these sources")
            answer.raise_for_status()
            size = answer.headers.get("Content-Length", "")
            if size.isdecimal():
                console.print(f"  {asset.name}: {int(size) / 1e6:.0f} MB")
            _unpack(asset, cast("IO[bytes]", answer.raw))
    except (requests.RequestException, HTTPError) as error:
        raise UserError(f"{url} cannot be fetched ({type(error).__name__})") from None
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise UserError(f"{url} cannot be unpacked ({error})") from None
    asset.mark_fetched()


def pack_step(asset: Asset) -> Step:
    """Return the step that packs what was made, the same bytes each time."""
    file = FOLDER / asset.file_name

    def pack() -> None:
        if not asset.is_current():
            raise UserError(f"{asset.made} was made of other sources: build it anew")
        make_folder(FOLDER)
        with (
            file.open("wb") as raw,
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w") as archive,
        ):
            archive.add(asset.made, asset.made.name, filter=_plain)

    return Step(title=f"Pack {asset.name}", detail=f"-> {relative(file)}", action=pack)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _check(member: tarfile.TarInfo) -> None:
    """Raise TarError for what is not a file or a folder inside of the one that is unpacked."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise tarfile.TarError(f"{member.name} does not belong in it")


def _unpack(asset: Asset, stream: IO[bytes]) -> None:
    make_folder(asset.made.parent)
    with tempfile.TemporaryDirectory(dir=asset.made.parent) as folder:
        with tarfile.open(fileobj=stream, mode="r|gz") as archive:
            for member in archive:
                _check(member)
                # Python before 3.11.4 knows no filters.
                archive.extract(member, folder, **_FILTER)
        found = Path(folder) / asset.made.name
        if not found.exists():
            raise tarfile.TarError(f"{asset.made.name} is not in it")
        shutil.rmtree(asset.made, ignore_errors=True)
        found.replace(asset.made)
