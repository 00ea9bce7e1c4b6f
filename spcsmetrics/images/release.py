"""A release: everything is checked first, each image is pushed under its version, and the other tags move last.

What a run has pushed before it failed or was killed is found by the next one, which does the rest.
"""

import json

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import builders, checks, daemon, definition, notes, official_bases
from spcsmetrics.images.checks import Release
from spcsmetrics.images.definition import PLATFORM, SHIPPED, Image
from spcsmetrics.images.registry import Manifest, Repository
from spcsmetrics.images.target import Target, parse_target, semver_tags

_METADATA = BUILD / "release" / "metadata.json"
_LOGIN = "log in with docker login, and check the registry"
PLATFORMS = ("linux/amd64", "linux/arm64")


def run_release(target: Target, source: str, outputs: str, *, candidate: bool, dry: bool) -> None:
    """Push the images under the version's tags, verify them from the registry, and write notes with their digests.

    The images are those of this machine, or with a source, another registry/namespace, those that it holds, with the
    same digests. They must have been scanned. A candidate has the version's tag alone and is not scanned yet; with
    buildx it is built here, for two platforms with provenance and SBOM. outputs is a file that gets key=digest lines.
    Raises UserError, before anything is pushed, for whatever speaks against it.
    """
    release = Release(target=target, source=parse_target(source) if source else None)
    tags = semver_tags(PRODUCT)
    baked = candidate and not source and builders.has_buildx()
    steps = [Step(title="Check the commit", detail="git status, git tag --points-at HEAD", action=checks.check_commit)]
    if not baked:
        steps += _image_checks(release, candidate=candidate)
    steps.append(_registry_check(release))
    steps += _bake_steps(release) if baked else _push_steps(release)
    steps.append(_verify_step(release))
    if not candidate and tags[1:]:
        steps.append(_tag_step(release, tags[1:]))
    place = str(notes.FILE.relative_to(ROOT))
    write = Step(title="Write the notes", detail=place, action=lambda: notes.write_notes(target, release.sent, outputs))
    carry_out([*steps, write], dry=dry)
    if not dry:
        what = "Pushed the candidate" if candidate else "Released"
        console.print(f"- {what} {PRODUCT}: {notes.FILE.relative_to(ROOT)} has the digests")


def _image_checks(release: Release, *, candidate: bool) -> list[Step]:
    place = release.source or Target(registry="", namespace="")
    tag = PRODUCT if release.source else definition.TAG
    names = ", ".join(place.reference(image, tag) for image in SHIPPED.values())
    steps = [] if release.source and builders.has_buildx() else [daemon.check_step()]
    steps.append(Step(title="Check the images", detail=names, action=lambda: checks.check_images(release)))
    if not candidate:
        steps.append(
            Step(title="Check that they were scanned", detail="./inv scan", action=lambda: checks.check_scan(release))
        )
    return steps


def _registry_check(release: Release) -> Step:
    names = ", ".join(release.target.reference(image, PRODUCT) for image in SHIPPED.values())
    return Step(
        title="Check the registry", detail=f"read and write {names}", action=lambda: checks.check_registry(release)
    )


def _bake_steps(release: Release) -> list[Step]:
    """Return the steps that build and push what the registry does not have yet."""

    def missing() -> list[str]:
        return [f"{key}-release" for key in SHIPPED if key not in release.sent]

    def command() -> Args:
        options = ("--metadata-file", str(_METADATA.relative_to(ROOT)))
        return builders.bake_command(missing(), *options)

    def bake() -> None:
        _METADATA.parent.mkdir(parents=True, exist_ok=True)
        env = {**builders.bake_environment(), "PREFIX": release.target.prefix, "TAGS": PRODUCT}
        process.run(command(), cwd=ROOT, env=env, remedy="read the last lines")
        metadata = json.loads(_METADATA.read_text())
        for name in missing():
            release.wanted[name.removesuffix("-release")] = {metadata[name]["containerimage.digest"]}

    fill = [step for image in SHIPPED.values() for step in definition.context_steps(image, PLATFORMS)]
    build = Step(title="Build and push", detail=process.render(command()), action=bake, skip=lambda: not missing())
    return [*fill, official_bases.find_step(), build]


def _push_steps(release: Release) -> list[Step]:
    return [_push_step(release, image) for image in SHIPPED.values()]


def _push_step(release: Release, image: Image) -> Step:
    wanted = release.target.reference(image, PRODUCT)
    there = release.source.reference(image, PRODUCT) if release.source else image.reference
    # Otherwise a source that is one image and no index would be wrapped in an index, with another digest.
    command = ["docker", "buildx", "imagetools", "create", "--prefer-index=false", "--tag", wanted, there]
    copies = release.source is not None and builders.has_buildx()

    def push() -> None:
        if copies:
            process.run(command, remedy=_LOGIN)
            return
        if release.source:
            process.run(["docker", "pull", "--quiet", there], remedy=_LOGIN)
        process.run(["docker", "tag", there, wanted], remedy="run ./inv build")
        try:
            process.run(["docker", "push", "--quiet", wanted], remedy=_LOGIN)
        finally:
            process.run(["docker", "rmi", "--no-prune", wanted])

    detail = process.render(command) if copies else f"docker push {wanted}"
    return Step(title=f"Push {there}", detail=detail, action=push, skip=lambda: image.key in release.sent)


def _verify_step(release: Release) -> Step:
    names = ", ".join(release.target.reference(image, PRODUCT) for image in SHIPPED.values())

    def verify() -> None:
        for image in SHIPPED.values():
            there = release.target.repository(image).get(PRODUCT)
            checks.check_same(release, image, there)
            release.sent[image.key] = there.digest

    return Step(title="Verify from the registry", detail=names, action=verify)


def _tag_step(release: Release, tags: list[str]) -> Step:
    names = ", ".join(release.target.reference(image, tag) for image in SHIPPED.values() for tag in tags)
    return Step(title="Move the other tags", detail=names, action=lambda: move_tags(release, tags))


def move_tags(release: Release, tags: list[str]) -> None:
    """Let tags of every image hold the version; where one cannot be moved, put back those that were.

    Raises UserError then, and where the registry says afterwards that a tag holds something else.
    """
    moved: list[tuple[Repository, str, Manifest | None]] = []
    try:
        for image in SHIPPED.values():
            repository = release.target.repository(image)
            wanted = repository.get(release.sent[image.key])
            for tag in tags:
                before = repository.find(tag)
                if before and before.digest == wanted.digest:
                    continue
                moved.append((repository, tag, before))
                repository.tag(wanted, tag)
                found = repository.get(tag).digest
                if found != wanted.digest:
                    raise UserError(f"{repository.name}:{tag} is {found} and not {wanted.digest}: release it again")
    except BaseException:
        _put_back(moved)
        raise


def _put_back(moved: list[tuple[Repository, str, Manifest | None]]) -> None:
    for repository, tag, before in reversed(moved):
        try:
            if before:
                repository.tag(before, tag)
        except UserError as error:
            console.print(f"- {repository.name}:{tag} could not be put back ({error}): release again to finish it")


def pull_steps(source: Target, images: list[Image]) -> list[Step]:
    """Return the steps that take images of this version from a registry and name them as a build here would."""
    steps = []
    for image in images:
        there = source.reference(image, PRODUCT)
        steps.append(_run(f"Pull {there}", ["docker", "pull", "--quiet", "--platform", PLATFORM, there]))
        steps.append(_run(f"Tag {there}", ["docker", "tag", there, image.reference]))
    return steps


def _run(title: str, command: list[str]) -> Step:
    return Step(title=title, detail=process.render(command), action=lambda: process.run(command, remedy=_LOGIN))
