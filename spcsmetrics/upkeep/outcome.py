"""What a rehearsed release has left: images under every tag, attested as they are, and every file beside them."""

from pathlib import Path

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import contents
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.images.target import semver_tags
from spcsmetrics.local import packing


def repositories(folder: Path, namespace: str) -> Path:
    """Return where the registry of a rehearsal keeps a namespace."""
    return folder / "target" / "docker" / "registry" / "v2" / "repositories" / namespace


def check(folder: Path, namespace: str) -> str:
    """Return what was released, as a part of a sentence, after the stand-ins' notes in the rehearsal's folder.

    Raises UserError for an image that lacks a tag or is attested as another one, and for a file that is missing, that
    nobody expects, or that was packed and not attested.
    """
    attested = _read_attested(folder)
    tags = semver_tags(PRODUCT)
    for image in SHIPPED.values():
        kept = repositories(folder, namespace) / image.name / "_manifests" / "tags"
        held = {tag: _read(kept / tag / "current" / "link") for tag in tags}
        wanted = attested.get(f"{namespace}/{image.name}", "nothing")
        for tag, digest in held.items():
            if digest != wanted:
                raise UserError(
                    f"{image.name}:{tag} is {digest or 'missing'} and {wanted} was attested: mend release.yml"
                )
    files = _check_files(folder, attested)
    return f"{len(SHIPPED)} images with {len(tags)} tags each, {files} files"


def _check_files(folder: Path, attested: dict[str, str]) -> int:
    packed = {asset.file_name for asset in packing.assets()}
    wanted = packed | {contents.file(image.name).name for image in SHIPPED.values()}
    published = {file.name for file in (folder / "published").glob("*")}
    for names, what in (
        (wanted - published, "is not published"),
        (published - wanted, "is published and belongs to another build"),
        (packed - attested.keys(), "is not attested"),
    ):
        if names:
            raise UserError(f"{min(names)} {what}: mend release.yml or .github/publish")
    return len(published)


def _read_attested(folder: Path) -> dict[str, str]:
    """Return the digest of each image by namespace and name, and of each file by name."""
    found = {}
    for line in _read(folder / "attested").splitlines():
        if "@" in line:
            name, _, digest = line.partition("@")
            found[name.removeprefix("index.docker.io/")] = digest
        else:
            digest, _, name = line.partition("  ")
            found[Path(name).name] = digest
    return found


def _read(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""
