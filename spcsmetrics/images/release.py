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
from spcsmetrics.images import definition, official_bases, registry
from spcsmetrics.images.definition import IMAGES

FOLDER = BUILD / "release"
_METADATA = FOLDER / "metadata.json"
_NOTES = FOLDER / "notes.md"
_LOGIN = "log in with docker login, and check the registry"
PLATFORMS = ("linux/amd64", "linux/arm64")


@dataclass(frozen=True)
class Target:
    """Where images go: a registry's host with its port, and the namespace in it."""

    registry: str
    namespace: str

    @property
    def prefix(self) -> str:
        """Return what stands before an image's name, with a / at the end."""
        return "".join(f"{part}/" for part in (self.registry, self.namespace) if part)


def semver_tags(version: str) -> list[str]:
    """Return the tags of a version: itself, and for a release its minor, its major and latest.

    Raises UserError for what is no semantic version.
    """
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?", version)
    if not match:
        raise UserError(f"{version} is no semantic version: write MAJOR.MINOR.PATCH in spcsmetrics/core/versions.py")
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
    return Target(host, namespace)


def release(target: Target, source: str, only: str, outputs: str, *, dry: bool) -> None:
    """Build the images, push them under the version's tags, and verify them from the registry.

    With a source, another registry/namespace, the images are copied from there as they are, with the same digests.
    Else, with buildx there is an index of two platforms with provenance and SBOM; the classic builder makes the one
    platform that Snowflake runs. only is one image; outputs is a file that gets name=digest lines. Raises UserError
    where the registry does not have what was pushed, and where the commit has the tag of another version.
    """
    parts = [only] if only else list(IMAGES)
    if only and only not in IMAGES:
        raise UserError(f"--only {only} is not an image: write one of {', '.join(IMAGES)}")
    tags = semver_tags(PRODUCT)
    digests: dict[str, str] = {}
    references = ", ".join(f"{target.prefix}{IMAGES[part].name}:{tag}" for part in parts for tag in tags)
    steps = [
        Step("Compare the version with the commit's tags", "git tag --points-at HEAD", check_tag),
        definition.docker_step(),
        *_push_steps(source, target, parts, tags),
        Step("Verify from the registry", references, lambda: digests.update(_verify(target, source, parts, tags))),
        Step("Write the notes", str(_NOTES.relative_to(ROOT)), lambda: _write_notes(target, digests, outputs)),
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


def _verify(target: Target, source: str, parts: list[str], tags: list[str]) -> dict[str, str]:
    """Return the digests of what was sent. Raises UserError where the registry has others."""
    sent = _digests(parse_target(source), parts) if source else _sent(target, parts)
    for part in parts:
        for tag in tags:
            found = registry.fetch_digest(target.registry, repository(target, part), tag)
            if found != sent[part]:
                raise UserError(f"{IMAGES[part].name}:{tag} is {found} in the registry and {sent[part]} was sent")
    return sent


def _write_notes(target: Target, digests: dict[str, str], outputs: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    _NOTES.write_text(notes(target, digests))
    if outputs:
        with Path(outputs).open("a") as file:
            file.writelines(f"{part}={digest}\n" for part, digest in digests.items())


def _push_steps(source: str, target: Target, parts: list[str], tags: list[str]) -> list[Step]:
    if source:
        return _copy_steps(parse_target(source), target, parts, tags)
    return _bake_steps(target, parts, tags) if definition.has_buildx() else _classic_steps(target, parts, tags)


def repository(target: Target, part: str) -> str:
    """Return the repository of an image in the target's registry."""
    return "/".join(word for word in (target.namespace, IMAGES[part].name) if word)


def _bake_steps(target: Target, parts: list[str], tags: list[str]) -> list[Step]:
    command = definition.bake_command(
        [f"{part}-release" for part in parts], "--metadata-file", str(_METADATA.relative_to(ROOT))
    )
    env = {"PREFIX": target.prefix, "TAGS": ",".join(tags)}

    def bake() -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        process.run(command, cwd=ROOT, env={**definition.build_environment(), **env}, remedy="read the last lines")

    fill = [step for part in parts for step in definition.context_steps(IMAGES[part], PLATFORMS)]
    return [*fill, Step("Build and push", process.render(command), bake)]


def _classic_steps(target: Target, parts: list[str], tags: list[str]) -> list[Step]:
    """Return the steps that push what ./inv build or the stack test has built: the very images that were tested."""
    steps = []
    for part in parts:
        for tag in tags:
            reference = f"{target.prefix}{IMAGES[part].name}:{tag}"
            mark = ["docker", "tag", IMAGES[part].reference, reference]
            send = ["docker", "push", "--quiet", reference]
            steps.append(_run(f"Tag {reference}", mark, "run ./inv build first"))
            steps.append(_run(f"Push {reference}", send, _LOGIN))
    return steps


def _copy_steps(source: Target, target: Target, parts: list[str], tags: list[str]) -> list[Step]:
    """Return the steps that copy images between registries; without buildx they pass through this machine."""
    steps = []
    for part in parts:
        there = f"{source.prefix}{IMAGES[part].name}:{PRODUCT}"
        wanted = [f"{target.prefix}{IMAGES[part].name}:{tag}" for tag in tags]
        if definition.has_buildx():
            marks = [word for reference in wanted for word in ("--tag", reference)]
            steps.append(_run(f"Copy {there}", ["docker", "buildx", "imagetools", "create", *marks, there], _LOGIN))
            continue
        steps.append(_run(f"Pull {there}", ["docker", "pull", "--quiet", there], _LOGIN))
        for reference in wanted:
            steps.append(_run(f"Tag {reference}", ["docker", "tag", there, reference], _LOGIN))
            steps.append(_run(f"Push {reference}", ["docker", "push", "--quiet", reference], _LOGIN))
    return steps


def _digests(source: Target, parts: list[str]) -> dict[str, str]:
    return {part: registry.fetch_digest(source.registry, repository(source, part), PRODUCT) for part in parts}


def pull_steps(source: Target, parts: list[str]) -> list[Step]:
    """Return the steps that take images of this version from a registry and name them as a build here would."""
    steps = []
    for part in parts:
        there = f"{source.prefix}{IMAGES[part].name}:{PRODUCT}"
        pull = ["docker", "pull", "--quiet", "--platform", definition.PLATFORM, there]
        steps.append(_run(f"Pull {there}", pull, _LOGIN))
        steps.append(_run(f"Tag {there}", ["docker", "tag", there, IMAGES[part].reference], _LOGIN))
    return steps


def _run(title: str, command: list[str], remedy: str) -> Step:
    return Step(title, process.render(command), lambda: process.run(command, remedy=remedy))


def _sent(target: Target, parts: list[str]) -> dict[str, str]:
    """Return the digests that the builder or Docker noted at the push."""
    if definition.has_buildx():
        metadata = json.loads(_METADATA.read_text())
        return {part: metadata[f"{part}-release"]["containerimage.digest"] for part in parts}
    found = {}
    for part in parts:
        repository = f"{target.prefix}{IMAGES[part].name}"
        words = ["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", f"{repository}:{PRODUCT}"]
        known = [one.split("@") for one in json.loads(process.run(words))]
        found[part] = next((digest for name, digest in known if name == repository), "none")
    return found


def notes(target: Target, digests: dict[str, str]) -> str:
    """Return the release's notes: what the changelog says of it, and each image by its digest."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    section = re.search(rf"^## .*\b{re.escape(PRODUCT)}\b.*?\n(.*?)(?=^## |\Z)", changelog, re.M | re.S)
    rows = "\n".join(
        f"| `{target.prefix}{IMAGES[part].name}:{PRODUCT}` | `{digest}` |" for part, digest in digests.items()
    )
    said = section[1].strip() if section else ""
    return f"{said}\n\nCommit {git.revision()}\n\n| image | digest |\n|---|---|\n{rows}\n"
