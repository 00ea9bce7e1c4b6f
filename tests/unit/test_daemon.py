"""What is asked of the Docker daemon, of registries through it, and what is said where it cannot answer."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from daemons import Daemon, serve_daemon

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.versions import BASES, PRODUCT
from spcsmetrics.deploy import repository
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.images import builders, daemon, official_bases, release
from spcsmetrics.images.definition import IMAGES
from spcsmetrics.images.release import Target

OTEL = IMAGES["otel"]
REFERENCE = "registry.example.com/acme/otel:1"
FIRST, SECOND = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
TARGET = Target(registry="registry.example.com", namespace="acme")


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Daemon]:
    with serve_daemon() as double:
        monkeypatch.setenv("DOCKER_HOST", double.url)
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        yield double


def test_a_registry_is_asked_with_the_login_that_docker_has_for_it(docker: Daemon, tmp_path: Path) -> None:
    docker.registries[REFERENCE] = FIRST
    auth = base64.b64encode(b"reader:its-password").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"registry.example.com": {"auth": auth}}}))
    assert daemon.fetch_digest(REFERENCE) == FIRST
    assert [(login["username"], login["password"]) for login in docker.logins] == [("reader", "its-password")]


@pytest.mark.parametrize(
    ("reference", "refusal", "sentence"),
    [
        (REFERENCE, (500, "Head https://x/: unauthorized: authentication required"), "log in with docker login"),
        (REFERENCE, (500, "requested access to the resource is denied"), "log in with docker login"),
        (REFERENCE, (401, "incorrect username or password"), "log in with docker login"),
        (REFERENCE, (404, "manifest unknown"), f"registry.example.com has no {REFERENCE}: check the name and the tag"),
        (REFERENCE, (500, "dial tcp: no such host"), "registry.example.com does not answer: check its name"),
        (REFERENCE, (400, "invalid reference format"), "cannot be asked for registry.example.com/acme/otel:1"),
        ("prom/prometheus:v3", (500, "i/o timeout"), "the registry Docker Hub does not answer"),
    ],
)
def test_what_a_registry_refuses_is_one_sentence(
    docker: Daemon, reference: str, refusal: tuple[int, str], sentence: str
) -> None:
    docker.registries[reference] = refusal
    with pytest.raises(UserError) as refused:
        daemon.fetch_digest(reference)
    assert sentence in str(refused.value)
    assert refusal[1] in str(refused.value)


def test_the_bases_are_locked_by_their_digests(
    docker: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(official_bases, "_LOCK", tmp_path / "bases.txt")
    monkeypatch.setenv(official_bases.MIRROR, "mirror.example.com/hub/")
    docker.registries = {f"mirror.example.com/hub/{named}": FIRST for named in BASES.values()}
    official_bases.lock_bases(dry=False)
    locked = (tmp_path / "bases.txt").read_text()
    assert all(f"{named}@{FIRST}\n" in locked for named in BASES.values())
    assert official_bases.reference("grafana") == f"mirror.example.com/hub/{BASES['grafana']}@{FIRST}"
    docker.registries.popitem()
    with pytest.raises(UserError, match=r"the registry mirror\.example\.com has no"):
        official_bases.lock_bases(dry=False)
    assert (tmp_path / "bases.txt").read_text() == locked


def test_nothing_is_locked_without_a_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(UserError, match="no Docker daemon answers: install or start Docker"):
        official_bases.lock_bases(dry=False)


def test_a_release_is_verified_against_what_docker_noted_at_the_push(
    docker: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builders, "has_buildx", lambda: False)
    name = TARGET.reference(OTEL, PRODUCT)
    docker.ids[name] = "sha256:an-id"
    docker.noted[name] = [f"elsewhere.example.com/{OTEL.name}@{SECOND}", f"{name.rpartition(':')[0]}@{FIRST}"]
    docker.registries = {name: FIRST, TARGET.reference(OTEL, "latest"): FIRST}
    assert release.verify(TARGET, "", [OTEL], [PRODUCT, "latest"]) == {"otel": FIRST}
    docker.registries[TARGET.reference(OTEL, "latest")] = SECOND
    with pytest.raises(UserError, match=f"latest is {SECOND} in the registry and {FIRST} was sent"):
        release.verify(TARGET, "", [OTEL], [PRODUCT, "latest"])


@pytest.mark.parametrize(
    ("reference", "noted"),
    [
        ("docker.io/acme/otel:1", "acme/otel"),
        ("acme/otel:1", "acme/otel"),
        ("localhost:5000/otel:1", "localhost:5000/otel"),
    ],
)
def test_the_digest_of_a_push_is_found_as_docker_notes_it(docker: Daemon, reference: str, noted: str) -> None:
    docker.ids[reference] = "sha256:an-id"
    docker.noted[reference] = [f"mirror.example.com/{noted}@{SECOND}", f"{noted}@{FIRST}"]
    assert daemon.find_repository_digest(reference) == FIRST


def test_a_copied_release_is_verified_against_its_source(docker: Daemon) -> None:
    docker.registries = {f"localhost:5000/staging/{OTEL.name}:{PRODUCT}": FIRST, TARGET.reference(OTEL, "1"): FIRST}
    assert release.verify(TARGET, "localhost:5000/staging", [OTEL], ["1"]) == {"otel": FIRST}
    docker.registries[TARGET.reference(OTEL, "1")] = SECOND
    with pytest.raises(UserError, match="was sent: push it again"):
        release.verify(TARGET, "localhost:5000/staging", [OTEL], ["1"])


@dataclass
class Account:
    """An account whose repository has one image."""

    digest: str
    user: str = "ALICE"
    statements: list[str] = field(default_factory=list)

    def execute(self, sql: str) -> list[dict[str, Any]]:
        self.statements.append(sql)
        return [{"image_name": OTEL.name, "tags": "1.0,latest", "digest": self.digest}]

    def issue_registry_token(self) -> str:
        return "issued"


@pytest.fixture
def pushed(docker: Daemon, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    monkeypatch.setenv("PATH", "/nowhere")  # Without snow, whose login would be tried first.
    docker.ids[OTEL.reference] = "sha256:an-id"
    docker.pushed = [{"id": "layer", "progressDetail": {"current": 1, "total": 2}}, {"aux": {"Digest": FIRST}}]
    return docker


def push(account: Account) -> None:
    repository.push(Settings(), account, "registry.example.com/images", OTEL, "1.0")  # type: ignore[arg-type]


def test_a_pushed_image_is_looked_up_in_the_repository(pushed: Daemon) -> None:
    account = Account(FIRST)
    push(account)
    assert account.statements == ["SHOW IMAGES IN IMAGE REPOSITORY SPCS_METRICS.PUBLIC.IMAGES"]
    assert [login["password"] for login in pushed.logins] == ["issued"]


def test_a_repository_with_another_digest_than_was_sent_is_refused(pushed: Daemon) -> None:
    with pytest.raises(UserError, match=f":1.0 is {SECOND} in the repository and {FIRST} was sent: push it again"):
        push(Account(SECOND))


def test_an_error_in_the_stream_of_a_push_is_one_sentence(pushed: Daemon) -> None:
    pushed.pushed = [{"error": "unauthorized: authentication\nrequired"}]
    with pytest.raises(UserError, match="authentication required; set registry_token_file"):
        push(Account(FIRST))


def test_an_image_that_was_not_built_is_named_or_planned(docker: Daemon) -> None:
    docker.ids[OTEL.reference] = f"sha256:{'a' * 64}"
    planned = repository.find_tags(Settings(), pushed=False, dry=True)
    assert planned == {
        "otel": f"{PRODUCT}-{'a' * 12}",
        "prometheus": repository.NOT_BUILT,
        "grafana": repository.NOT_BUILT,
    }
    with pytest.raises(UserError, match=r"spcs-oss-prometheus:latest is not on this machine: run \./inv build first"):
        repository.find_tags(Settings(), pushed=False, dry=False)
