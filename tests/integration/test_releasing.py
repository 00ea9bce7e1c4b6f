"""A release checks everything before its first push, moves latest last, and a second run finishes what one began."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from releases import Machine
from shelves import READER, WRITER, open_shelf

from spcsmetrics.core import git, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import builders, checks, daemon, definition, notes, official_bases, registry, release, scans
from spcsmetrics.images.definition import SHIPPED, Image
from spcsmetrics.images.target import Target, semver_tags

COMMIT = "c" * 40
OTEL, STORE, BOARDS, _ = SHIPPED.values()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Machine]:
    monkeypatch.setattr(git, "revision", lambda: COMMIT)
    monkeypatch.setattr(git, "tags", list)
    monkeypatch.setattr(builders, "has_buildx", lambda: False)
    monkeypatch.setattr(scans, "RECORD", tmp_path / "scanned.json")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(notes, "FILE", tmp_path / "notes.md")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with open_shelf() as shelf:
        labels = {image.reference: {**builders.labels(), "name": image.name} for image in SHIPPED.values()}
        found = Machine(shelf, labels, tmp_path)
        shelf.log_in(tmp_path, WRITER)
        monkeypatch.setattr(process, "run", found.run)
        monkeypatch.setattr(daemon, "check", lambda: None)
        monkeypatch.setattr(daemon, "find_id", found.find_id)
        monkeypatch.setattr(daemon, "find_labels", lambda reference: found.labels[reference])
        found.scan()
        yield found


def test_a_release_has_every_tag_of_every_image_and_notes_with_the_digests(machine: Machine) -> None:
    machine.release()
    tags = machine.shelf.tags()
    assert set(tags) == {f"acme/{image.name}:{tag}" for image in SHIPPED.values() for tag in semver_tags(PRODUCT)}
    for image in SHIPPED.values():
        assert len({digest for name, digest in tags.items() if f"/{image.name}:" in name}) == 1
        assert tags[f"acme/{image.name}:latest"] in notes.FILE.read_text()
    assert not machine.tagged, "the tags that a push needs are removed"
    assert not machine.shelf.uploads, "the uploads that tried whether writing is allowed are given up"


def test_the_other_tags_move_only_when_every_image_is_there(machine: Machine) -> None:
    machine.release()
    order = [name.rpartition(":")[2] for name in machine.shelf.writes]
    assert order[: len(SHIPPED)] == [PRODUCT] * len(SHIPPED)
    assert PRODUCT not in order[len(SHIPPED) :]


def test_a_second_release_changes_nothing(machine: Machine) -> None:
    machine.release()
    before = list(machine.shelf.writes)
    machine.release()
    assert machine.shelf.writes == before


def missing_image(machine: Machine, _: pytest.MonkeyPatch) -> None:
    del machine.labels[BOARDS.reference]


def stale_version(machine: Machine, _: pytest.MonkeyPatch) -> None:
    machine.labels[BOARDS.reference]["org.opencontainers.image.version"] = "0.0.9"


def stale_commit(machine: Machine, _: pytest.MonkeyPatch) -> None:
    machine.labels[STORE.reference]["org.opencontainers.image.revision"] = "d" * 40


def dirty_tree(_: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "revision", lambda: f"{COMMIT}-changed")


def no_commit(_: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "revision", lambda: "")


def other_version(_: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "tags", lambda: ["v9.9.9"])


def taken_tag(machine: Machine, _: pytest.MonkeyPatch) -> None:
    machine.shelf.put(f"acme/{BOARDS.name}", PRODUCT, {"of": "somebody"})


def reader_only(machine: Machine, _: pytest.MonkeyPatch) -> None:
    machine.shelf.log_in(machine.folder, READER)


def wrong_password(machine: Machine, _: pytest.MonkeyPatch) -> None:
    machine.shelf.log_in(machine.folder, ("writer", "wrong-password"))


def no_login(machine: Machine, _: pytest.MonkeyPatch) -> None:
    (machine.folder / "config.json").unlink()


def never_scanned(_: Machine, __: pytest.MonkeyPatch) -> None:
    scans.RECORD.unlink()


def built_after_the_scan(machine: Machine, _: pytest.MonkeyPatch) -> None:
    machine.labels[OTEL.reference]["built"] = "again"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (missing_image, "spcs-oss-grafana:latest is not on this machine: run ./inv build first"),
        (stale_version, r"spcs-oss-grafana is of version 0\.0\.9 and not"),
        (stale_commit, r"spcs-oss-prometheus is of revision d+ and not c+: build, test and scan it"),
        (dirty_tree, "files differ from the commit.*: commit first"),
        (no_commit, "nothing is committed"),
        (other_version, r"the commit is tagged v9\.9\.9 and the version is"),
        (taken_tag, "spcs-oss-grafana:.* is another image already .*: run ./inv bump product"),
        (reader_only, r"does not let .* be written to: log in with docker login \(HTTP 401\)"),
        (wrong_password, r"does not let .* be read: log in with docker login \(HTTP 401\)"),
        (no_login, r"does not let .* be read: log in with docker login \(HTTP 401\)"),
        (never_scanned, "spcs-oss-otel .* was not scanned as it is now: run ./inv scan"),
        (built_after_the_scan, "spcs-oss-otel .* was not scanned as it is now: run ./inv scan"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_speaks_against_a_release_is_said_before_anything_is_pushed(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Machine, pytest.MonkeyPatch], None],
    sentence: str,
) -> None:
    fault(machine, monkeypatch)
    before = list(machine.shelf.writes)
    with pytest.raises(UserError, match=sentence) as refused:
        machine.release()
    assert machine.shelf.writes == before
    assert not machine.pushed
    assert not machine.shelf.uploads
    assert "password" not in str(refused.value)


@pytest.mark.parametrize("image", SHIPPED.values(), ids=SHIPPED)
def test_a_release_that_is_killed_at_a_push_has_no_latest_and_the_next_one_finishes(
    machine: Machine, image: Image
) -> None:
    machine.kills = image.name
    with pytest.raises(KeyboardInterrupt):
        machine.release()
    assert not [name for name in machine.shelf.tags() if not name.endswith(f":{PRODUCT}")]
    machine.kills = ""
    machine.release()
    assert len(machine.shelf.tags()) == len(SHIPPED) * len(semver_tags(PRODUCT))
    assert len(machine.pushed) == len(SHIPPED), "what was pushed is not pushed again"


def test_where_one_latest_cannot_move_none_does_and_the_next_run_finishes(machine: Machine) -> None:
    for image in SHIPPED.values():
        machine.shelf.put(f"acme/{image.name}", "latest", {"of": "the release before"})
    old = machine.shelf.tags()
    machine.shelf.refuses = rf"{BOARDS.name}:latest"
    with pytest.raises(UserError, match="does not answer: try again later"):
        machine.release()
    now = machine.shelf.tags()
    assert {name: now[name] for name in old} == old
    machine.shelf.refuses = ""
    machine.release()
    assert not [name for name in old if machine.shelf.tags()[name] == old[name]]


def test_a_registry_that_holds_something_else_afterwards_is_not_believed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = machine.run

    def push_something_else(command: list[str], **_: object) -> str:
        if command[1] == "push" and STORE.name in command[-1]:
            machine.shelf.put(f"acme/{STORE.name}", PRODUCT, {"of": "somebody"})
            return ""
        return run(command)

    monkeypatch.setattr(process, "run", push_something_else)
    with pytest.raises(UserError, match=r"spcs-oss-prometheus:.* is another image already"):
        machine.release()
    assert not [name for name in machine.shelf.tags() if name.endswith(":latest")]


def test_a_candidate_is_not_scanned_and_has_no_latest(machine: Machine) -> None:
    scans.RECORD.unlink()
    machine.release("staging", candidate=True)
    assert {name.rpartition(":")[2] for name in machine.shelf.tags()} == {PRODUCT}


def test_a_release_from_another_registry_is_what_was_scanned_there(machine: Machine) -> None:
    machine.release("staging", candidate=True)
    scans.RECORD.unlink()
    source = f"{machine.shelf.host}/staging"
    with pytest.raises(UserError, match="was not scanned as it is now"):
        machine.release("final", source=source)
    for image in SHIPPED.values():
        there = f"{source}/{image.name}:{PRODUCT}"
        machine.labels[there] = machine.labels[image.reference]
        scans.note(image, [registry.fetch_digest(there)])
    machine.release("final", source=source)
    tags = machine.shelf.tags()
    for image in SHIPPED.values():
        assert tags[f"final/{image.name}:latest"] == tags[f"staging/{image.name}:{PRODUCT}"]


def test_an_image_of_another_commit_in_the_source_is_not_released(machine: Machine) -> None:
    machine.release("staging", candidate=True)
    machine.shelf.put(f"staging/{BOARDS.name}", PRODUCT, {**builders.labels(), "org.opencontainers.image.version": "9"})
    with pytest.raises(UserError, match="spcs-oss-grafana is of version 9 and not"):
        machine.release("final", source=f"{machine.shelf.host}/staging")
    assert not [name for name in machine.shelf.tags() if name.startswith("final/")]


def test_a_candidate_that_buildx_builds_is_pushed_as_it_is_built_and_what_is_there_is_not_built_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    baked: list[str] = []
    metadata = tmp_path / "metadata.json"

    def bake(command: list[str], **options: Any) -> str:
        if command[0] == "git":
            return "0"
        assert options["env"]["TAGS"] == PRODUCT
        found = {}
        for target in (word for word in command if word.endswith("-release")):
            image = SHIPPED[target.removesuffix("-release")]
            baked.append(image.key)
            digest = machine.shelf.put(
                f"{options['env']['PREFIX'].split('/', 1)[1]}{image.name}", PRODUCT, builders.labels()
            )
            found[target] = {"containerimage.digest": digest}
        metadata.write_text(json.dumps(found))
        return ""

    monkeypatch.setattr(builders, "has_buildx", lambda: True)
    monkeypatch.setattr(definition, "context_steps", lambda *_: [])
    monkeypatch.setattr(official_bases, "find_step", lambda: Step(title="Find", detail="digests", action=lambda: None))
    monkeypatch.setattr(release, "_METADATA", metadata)
    monkeypatch.setattr(process, "run", bake)
    machine.shelf.put(f"staging/{STORE.name}", PRODUCT, builders.labels())
    machine.release("staging", candidate=True)
    assert baked == ["otel", "grafana", "thanos"]
    assert {name.rpartition(":")[2] for name in machine.shelf.tags()} == {PRODUCT}
    machine.release("staging", candidate=True)
    assert baked == ["otel", "grafana", "thanos"]


def test_a_candidate_of_the_same_commit_is_not_built_again(machine: Machine) -> None:
    found = checks.Release(target=Target(registry=machine.shelf.host, namespace="staging"))
    machine.shelf.put(f"staging/{OTEL.name}", PRODUCT, builders.labels())
    checks.check_registry(found)
    assert set(found.sent) == {"otel"}
    machine.shelf.put(f"staging/{STORE.name}", PRODUCT, {"org.opencontainers.image.revision": "d" * 40})
    with pytest.raises(UserError, match="is another image already"):
        checks.check_registry(found)
