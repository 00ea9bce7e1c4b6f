"""A release: the images in a registry under the tags of the version, verified from there, and notes with digests."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from spcsmetrics.core import git, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, ROOT
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import builders, daemon, definition, official_bases
from spcsmetrics.images.definition import PLATFORM, Image

FOLDER = BUILD / "release"
_METADATA = FOLDER / "metadata.json"
_NOTES = FOLDER / "notes.md"
_LOGIN = "log in with docker login, and check the registry"
PLATFORMS = ("linux/amd64", "linux/arm64")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where images go: a registry's host with its port, and the namespace in it."""

    registry: str
    namespace: str

    @property
    def prefix(self) -> str:
        """Return what stands before an image's name, with a / at the end."""
        return "".join(f"{word}/" for word in (self.registry, self.namespace) if word)

    def reference(self, image: Image, tag: str) -> str:
        """Return what an image is called there."""
        return f"{self.prefix}{image.name}:{tag}"


def semver_tags(version: str) -> list[str]:
    """Return the tags of a version: itself, and for a release its minor, its major and latest.

    Raises UserError for anything but a semantic version.
    """
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?", version)
    if not match:
        raise UserError(f"{version} is not a semantic version: write MAJOR.MINOR.PATCH in spcsmetrics/core/versions.py")
    if match[4]:
        return [version]
    # Before 1.0 a minor version may break, so that a tag of the major alone would promise too much.
    shorter = [f"{match[1]}.{match[2]}", *([match[1]] if match[1] != "0" else [])]
    return [version, *shorter, "latest"]


def parse_target(text: str) -> Target:
    """Return where host[:port]/namespace is. Raises UserError without a namespace."""
    host, _, namespace = text.partition("/")
    if not namespace:
        raise UserError(f"{text!r} names no images: write registry/namespace, such as localhost:5000/staging")
    return Target(registry=host, namespace=namespace)


def release(target: Target, source: str, only: str, outputs: str, *, dry: bool) -> None:
    """Build the images, push them under the version's tags, and verify them from the registry.

    With a source, another registry/namespace, the images are copied from there as they are, with the same digests.
    Else, with buildx there is an index of two platforms with provenance and SBOM; the classic builder makes the one
    platform that Snowflake runs. only is one image; outputs is a file that gets key=digest lines. Raises UserError
    where the registry does not have what was pushed, and where the commit has the tag of another version.
    """
    images = definition.choose(only)
    tags = semver_tags(PRODUCT)
    digests: dict[str, str] = {}
    references = ", ".join(target.reference(image, tag) for image in images for tag in tags)
    steps = [
        Step(title="Compare the version with the commit's tags", detail="git tag --points-at HEAD", action=check_tag),
        daemon.check_step(),
        *_push_steps(source, target, images, tags),
        Step(
            title="Verify from the registry",
            detail=references,
            action=lambda: digests.update(verify(target, source, images, tags)),
        ),
        Step(
            title="Write the notes",
            detail=str(_NOTES.relative_to(ROOT)),
            action=lambda: _write_notes(target, digests, outputs),
        ),
    ]
    for reference in official_bases.without_digest():
        console.print(f"- The base {reference} is named by its tag alone: ./inv lock.bases notes its digest")
    carry_out(steps, dry=dry)
    if not dry:
        console.print(f"- Released {PRODUCT}: {_NOTES.relative_to(ROOT)} has the digests")


def check_tag() -> None:
    """Raise UserError when the commit is tagged as a version, and this is another."""
    tagged = [tag for tag in git.tags() if re.match(r"v\d", tag)]
    if tagged and f"v{PRODUCT}" not in tagged:
        raise UserError(
            f"the commit is tagged {', '.join(tagged)} and the version is {PRODUCT}: run ./inv bump product"
        )


def _push_steps(source: str, target: Target, images: list[Image], tags: list[str]) -> list[Step]:
    if source:
        return _copy_steps(parse_target(source), target, images, tags)
    return _bake_steps(target, images, tags) if builders.has_buildx() else _classic_steps(target, images, tags)


def _bake_steps(target: Target, images: list[Image], tags: list[str]) -> list[Step]:
    command = builders.bake_command(
        [f"{image.key}-release" for image in images], "--metadata-file", str(_METADATA.relative_to(ROOT))
    )
    env = {"PREFIX": target.prefix, "TAGS": ",".join(tags)}

    def bake() -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        process.run(command, cwd=ROOT, env={**builders.bake_environment(), **env}, remedy="read the last lines")

    fill = [step for image in images for step in definition.context_steps(image, PLATFORMS)]
    return [*fill, Step(title="Build and push", detail=process.render(command), action=bake)]


def _classic_steps(target: Target, images: list[Image], tags: list[str]) -> list[Step]:
    """Return the steps that push what ./inv build or the stack test has built: the very images that were tested."""
    steps = []
    for image in images:
        for tag in tags:
            reference = target.reference(image, tag)
            steps.append(_run(f"Tag {reference}", ["docker", "tag", image.reference, reference], "run ./inv build"))
            steps.append(_run(f"Push {reference}", ["docker", "push", "--quiet", reference], _LOGIN))
    return steps


def _copy_steps(source: Target, target: Target, images: list[Image], tags: list[str]) -> list[Step]:
    """Return the steps that copy images between registries; without buildx they pass through this machine."""
    steps = []
    for image in images:
        there = source.reference(image, PRODUCT)
        wanted = [target.reference(image, tag) for tag in tags]
        if builders.has_buildx():
            marks = [word for reference in wanted for word in ("--tag", reference)]
            steps.append(_run(f"Copy {there}", ["docker", "buildx", "imagetools", "create", *marks, there], _LOGIN))
            continue
        steps.append(_run(f"Pull {there}", ["docker", "pull", "--quiet", there], _LOGIN))
        for reference in wanted:
            steps.append(_run(f"Tag {reference}", ["docker", "tag", there, reference], _LOGIN))
            steps.append(_run(f"Push {reference}", ["docker", "push", "--quiet", reference], _LOGIN))
    return steps


def pull_steps(source: Target, images: list[Image]) -> list[Step]:
    """Return the steps that take images of this version from a registry and name them as a build here would."""
    steps = []
    for image in images:
        there = source.reference(image, PRODUCT)
        steps.append(_run(f"Pull {there}", ["docker", "pull", "--quiet", "--platform", PLATFORM, there], _LOGIN))
        steps.append(_run(f"Tag {there}", ["docker", "tag", there, image.reference], _LOGIN))
    return steps


def _run(title: str, command: list[str], remedy: str) -> Step:
    return Step(title=title, detail=process.render(command), action=lambda: process.run(command, remedy=remedy))


def verify(target: Target, source: str, images: list[Image], tags: list[str]) -> dict[str, str]:
    """Return the digest of each image that was sent, by its key. Raises UserError where the registry has another."""
    sent = _digests(parse_target(source), images) if source else _sent(target, images)
    for image in images:
        for tag in tags:
            reference = target.reference(image, tag)
            found = daemon.fetch_digest(reference)
            if found != sent[image.key]:
                raise UserError(f"{reference} is {found} in the registry and {sent[image.key]} was sent: push it again")
    return sent


def _digests(source: Target, images: list[Image]) -> dict[str, str]:
    return {image.key: daemon.fetch_digest(source.reference(image, PRODUCT)) for image in images}


def _sent(target: Target, images: list[Image]) -> dict[str, str]:
    """Return the digests that the builder or Docker noted at the push."""
    if builders.has_buildx():
        metadata = json.loads(_METADATA.read_text())
        return {image.key: metadata[f"{image.key}-release"]["containerimage.digest"] for image in images}
    return {image.key: daemon.find_repository_digest(target.reference(image, PRODUCT)) for image in images}


def _write_notes(target: Target, digests: dict[str, str], outputs: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    _NOTES.write_text(notes(target, digests))
    if outputs:
        with Path(outputs).open("a") as file:
            file.writelines(f"{key}={digest}\n" for key, digest in digests.items())


def notes(target: Target, digests: dict[str, str]) -> str:
    """Return the release's notes: what the changelog says of it, and each image by its digest."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    section = re.search(rf"^## .*\b{re.escape(PRODUCT)}\b.*?\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    rows = "\n".join(
        f"| `{target.reference(definition.IMAGES[key], PRODUCT)}` | `{digest}` |" for key, digest in digests.items()
    )
    said = section[1].strip() if section else ""
    return f"{said}\n\nCommit {git.revision()}\n\n| image | digest |\n|---|---|\n{rows}\n"
