"""A release into a registry that wants a password, and bases from one, as where Docker Hub is out of reach."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from containers import docker
from machines import LOGIN, USERS, stand_in_for_grafana

from spcsmetrics.core import git
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.steps import carry_out
from spcsmetrics.core.toolchain import go_step
from spcsmetrics.core.versions import BASES, PRODUCT
from spcsmetrics.images import build, daemon, local_bases, local_registry, official_bases, scans
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.images.official_bases import MIRROR
from spcsmetrics.images.registry import Repository, open_repository
from spcsmetrics.images.target import semver_tags
from spcsmetrics.programs.tools import tool_step


def inv(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "spcsmetrics.tasks", *words]
    return subprocess.run(
        command, capture_output=True, check=False, text=True, cwd=ROOT, env={**os.environ, **(env or {})}
    )


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the distribution registry with a password to read and to write, and return its address."""
    carry_out([go_step(), tool_step("registry")])
    folder = tmp_path_factory.mktemp("registry")
    users = folder / "users"
    users.write_text(USERS)
    address = local_registry.start_registry(folder / "data", users)
    yield address
    local_registry.stop_registry(folder / "data")


@pytest.fixture(autouse=True)
def logins(registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    log_in(tmp_path, registry, LOGIN)
    return tmp_path


def log_in(folder: Path, registry: str, auth: str) -> None:
    (folder / "config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))


@pytest.fixture(scope="module")
def _all_images() -> Iterator[None]:
    """Where Grafana's image cannot be built, another stands in; what was scanned is noted as if it had been."""
    earlier = scans.RECORD.read_text() if scans.RECORD.exists() else None
    with stand_in_for_grafana():
        for image in SHIPPED.values():
            scans.note(image, daemon.find_names(image.reference))
        yield
    if earlier is None:
        scans.RECORD.unlink()
    else:
        scans.RECORD.write_text(earlier)


@pytest.fixture
def clean_tree(_all_images: None) -> None:
    made_from = daemon.find_labels(SHIPPED["otel"].reference)["org.opencontainers.image.revision"]
    if git.revision() != made_from or made_from.endswith("-changed"):
        pytest.skip(f"a release refuses the images, which are of {made_from}, where the files are of {git.revision()}")


def tags(registry: str, namespace: str) -> dict[str, str]:
    """Return the digest of each tag that a release makes and that is there."""
    found = {}
    for image in SHIPPED.values():
        repository = Repository(f"{registry}/{namespace}/{image.name}")
        for tag in semver_tags(PRODUCT):
            there = repository.find(tag)
            if there:
                found[f"{image.name}:{tag}"] = there.digest
    return found


@pytest.mark.usefixtures("clean_tree")
def test_images_are_released_verified_and_pulled_back_as_they_were(registry: str, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    done = inv("release", "--registry", registry, "--namespace", "acme", "--outputs", str(outputs))
    assert done.returncode == 0, done.stderr
    released = tags(registry, "acme")
    assert len(released) == len(SHIPPED) * len(semver_tags(PRODUCT))
    digests = dict(line.split("=") for line in outputs.read_text().splitlines())
    for key, image in SHIPPED.items():
        assert {released[f"{image.name}:{tag}"] for tag in semver_tags(PRODUCT)} == {digests[key]}
        pulled = f"{registry}/acme/{image.name}@{digests[key]}"
        assert docker("pull", pulled).returncode == 0
        assert daemon.find_id(pulled) == daemon.find_id(image.reference)
        docker("rmi", "--no-prune", pulled)
    again = inv("release", "--registry", registry, "--namespace", "acme")
    assert again.returncode == 0, again.stderr
    assert again.stderr.count(": up to date") >= len(SHIPPED)
    assert f"{registry}/" not in docker("images", "--digests", "--format", "{{.Repository}}").stdout


@pytest.mark.usefixtures("clean_tree")
def test_images_are_copied_from_one_registry_to_another_as_they_are(registry: str) -> None:
    assert inv("release", "--registry", registry, "--namespace", "staging").returncode == 0
    staged = tags(registry, "staging")
    for image in SHIPPED.values():
        scans.note(image, [staged[f"{image.name}:{PRODUCT}"]])
    done = inv("release", "--registry", registry, "--namespace", "final", "--source", f"{registry}/staging")
    assert done.returncode == 0, done.stderr
    assert tags(registry, "final") == staged
    for image in SHIPPED.values():
        docker("rmi", "--no-prune", f"{registry}/staging/{image.name}:{PRODUCT}")
        scans.note(image, daemon.find_names(image.reference))


@pytest.mark.usefixtures("clean_tree")
def test_a_wrong_password_is_refused_before_anything_is_pushed(registry: str, logins: Path) -> None:
    log_in(logins, registry, "d3JpdGVyOndyb25n")
    done = inv("release", "--registry", registry, "--namespace", "refused")
    assert done.returncode == 1
    assert "log in with docker login" in done.stderr
    assert "Push " not in done.stderr
    log_in(logins, registry, LOGIN)
    assert tags(registry, "refused") == {}


def test_the_steps_of_a_release_are_printed_and_nothing_is_pushed(registry: str) -> None:
    done = inv("--dry", "release", "--registry", registry, "--namespace", "planned")
    assert done.returncode == 0, done.stderr
    for image in SHIPPED.values():
        assert f"{registry}/planned/{image.name}:{PRODUCT}" in done.stdout
    assert tags(registry, "planned") == {}


@pytest.mark.usefixtures("clean_tree")
def test_a_registry_that_is_not_there_is_one_sentence() -> None:
    done = inv("release", "--registry", "127.0.0.1:9", "--namespace", "acme")
    assert done.returncode == 1
    assert "the registry 127.0.0.1:9 does not answer: check its name and the network" in done.stderr
    assert "Traceback" not in done.stderr


def layers(reference: str) -> list[str]:
    return list(json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", reference).stdout))


@pytest.fixture
def base() -> Iterator[str]:
    """Return the base of the store: the one made here, or else the official one, which a builder may not have kept."""
    found = local_bases.PROMETHEUS_BASE
    if daemon.holds(found):
        yield found
        return
    found = official_bases.mirrored(BASES["prometheus"])
    missing = not daemon.holds(found)
    if missing:
        daemon.pull(found)
    yield found
    if missing:
        docker("rmi", found)


def test_bases_come_from_a_mirror_by_their_digest(
    registry: str, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    mirrored = f"{registry}/hub/{BASES['prometheus']}"
    repository, tag = open_repository(mirrored)
    reference = SHIPPED["prometheus"].reference
    before = daemon.find_id(reference)
    docker("tag", base, mirrored)
    assert docker("push", "--quiet", mirrored).returncode == 0
    docker("rmi", "--no-prune", mirrored)
    monkeypatch.setenv(MIRROR, f"{registry}/hub")
    # Nothing is locked, because a push of one platform has another digest than Docker Hub's.
    monkeypatch.setattr(official_bases, "_LOCK", tmp_path / "lock.txt")
    monkeypatch.setattr(official_bases, "_FOUND", tmp_path / "found.txt")
    try:
        build.build_images("prometheus", build.OFFICIAL, dry=False)
        assert "named by its tag alone" not in capfd.readouterr().err
        below = layers(base)
        assert layers(reference)[: len(below)] == below
        assert official_bases.reference("prometheus") == f"{mirrored}@{repository.get(tag).digest}"
    finally:
        built = daemon.find_id(reference)
        docker("tag", before, reference)
        if built != before:
            docker("rmi", built)
        daemon.forget(daemon.find_all(f"{registry}/"))
