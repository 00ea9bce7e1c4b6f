"""What is checked before a release pushes anything: the commit, the images, their scan, and the registry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from spcsmetrics.core import git
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import builders, daemon, scans
from spcsmetrics.images.definition import SHIPPED, Image
from spcsmetrics.images.registry import Manifest
from spcsmetrics.images.target import Target


@dataclass(kw_only=True)
class Release:
    """A release on its way: where it goes, from where, and what is known of each image by its key.

    source is a registry that has the images, or None for those of this machine. wanted has the names that an image goes
    by when it is the right one: its id, or its digest in the source; scanned has those by which a scan knows it. sent
    has the digest of what the registry holds under the version.
    """

    target: Target
    source: Target | None = None
    wanted: dict[str, set[str]] = field(default_factory=dict)
    scanned: dict[str, set[str]] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)


def check_commit() -> None:
    """Raise UserError unless a commit as it is can be released: no file differs, and its tag is the version."""
    revision = git.revision()
    if not revision or revision.endswith("-changed"):
        what = "files differ from the commit" if revision else "nothing is committed"
        raise UserError(f"{what}, so that nobody could build the images again: commit first")
    tagged = [tag for tag in git.tags() if re.match(r"v\d", tag)]
    if tagged and f"v{PRODUCT}" not in tagged:
        raise UserError(
            f"the commit is tagged {', '.join(tagged)} and the version is {PRODUCT}: run ./inv bump product"
        )


def check_images(release: Release) -> None:
    """Raise UserError unless every image is there, and was made from this version and this commit."""
    for image in SHIPPED.values():
        if release.source:
            repository = release.source.repository(image)
            found = repository.get(PRODUCT)
            check_labels(image, repository.labels(found))
            release.wanted[image.key] = {found.digest}
            release.scanned[image.key] = {found.digest, repository.image(found).content["config"]["digest"]}
        else:
            name = f"sha256:{daemon.find_id(image.reference)}"
            check_labels(image, daemon.find_labels(image.reference))
            release.wanted[image.key] = release.scanned[image.key] = {name}


def check_labels(image: Image, labels: Mapping[str, str]) -> None:
    """Raise UserError unless an image says that it is of this version and this commit."""
    for name, value in builders.labels().items():
        if labels.get(name) != value:
            what = name.rpartition(".")[2]
            raise UserError(
                f"{image.name} is of {what} {labels.get(name) or 'unknown'} and not {value}: build, test and scan it"
            )


def check_scan(release: Release) -> None:
    """Raise UserError unless every image was scanned as it is."""
    for image in SHIPPED.values():
        scans.check(image, release.scanned[image.key])


def check_registry(release: Release) -> None:
    """Raise UserError unless each repository can be read and written, and the version is free or holds this image.

    What is there already is noted as sent.
    """
    found: dict[str, Manifest | None] = {}
    for image in SHIPPED.values():
        repository = release.target.repository(image)
        found[image.key] = repository.find(PRODUCT)
        repository.check_write()
    for image in SHIPPED.values():
        there = found[image.key]
        if there is None:
            continue
        check_same(release, image, there)
        release.sent[image.key] = there.digest


def check_same(release: Release, image: Image, there: Manifest) -> None:
    """Raise UserError unless a registry holds the wanted image, or for one that is yet to be built, of this commit."""
    repository = release.target.repository(image)
    wanted = release.wanted.get(image.key)
    if wanted:
        names = {there.digest, repository.image(there).content["config"]["digest"]}
        same = bool(wanted & names)
    else:
        same = builders.labels().items() <= repository.labels(there).items()
    if not same:
        raise UserError(
            f"{release.target.reference(image, PRODUCT)} is another image already ({there.digest}), and a version is"
            " never moved: run ./inv bump product"
        )
