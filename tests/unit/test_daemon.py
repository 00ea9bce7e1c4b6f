"""What is asked of the Docker daemon for a deployment, and what is said where it refuses."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker as docker_sdk
import pytest
from daemons import Daemon, serve_daemon

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.deploy import repository
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.images import daemon
from spcsmetrics.images.definition import IMAGES, SHIPPED

OTEL = IMAGES["otel"]
FIRST, SECOND = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Daemon]:
    with serve_daemon() as double:
        monkeypatch.setenv("DOCKER_HOST", double.url)
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        yield double


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 100_000,
        "[]",
        '{"auths": {"x": 3}}',
        '{"auths": {"x": {"auth": "!!"}}}',
        '{"HttpHeaders": 3}',
        '{"proxies": {"default": 3}}',
    ],
)
def test_a_configuration_that_docker_did_not_write_is_one_sentence(docker: Daemon, tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(UserError, match=r"config\.json is not what Docker writes there: mend it") as refused:
        daemon.check()
    assert not isinstance(refused.value, daemon.NoDaemonError)
    assert not docker.pushed


def test_a_daemon_that_does_not_run_is_one_plain_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with pytest.raises(daemon.NoDaemonError) as refused:
        daemon.check()
    sentence = "no Docker daemon answers: install or start Docker, then run it again (no such file or directory)"
    assert str(refused.value) == sentence


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
    door = repository.Door(settings=Settings(), account=account)  # type: ignore[arg-type]
    repository.push(door, "registry.example.com/images", OTEL, "1.0")


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


@pytest.mark.parametrize("line", [5, "error", None, ["error"], True])
def test_a_message_of_a_push_that_is_none_is_one_sentence(pushed: Daemon, line: object) -> None:
    pushed.pushed = [line]
    with pytest.raises(UserError, match="in the place of a message: run it again"):
        push(Account(FIRST))


@pytest.mark.parametrize(
    "odd",
    [
        {"aux": None, "progressDetail": None, "id": None},
        {"aux": "x", "progressDetail": ["x"], "id": ["x"]},
        {"id": "layer", "progressDetail": {"total": "many", "current": 1}},
        {"id": "layer", "progressDetail": {"total": 5, "current": "some"}},
        {"id": "layer", "progressDetail": {"total": -1}},
        {"id": {"a": 1}, "progressDetail": {"total": 5}},
    ],
)
def test_odd_parts_of_a_message_are_passed_over(pushed: Daemon, odd: object) -> None:
    pushed.pushed = [odd, *pushed.pushed]
    push(Account(FIRST))


def test_a_user_who_may_not_use_docker_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise docker_sdk.errors.DockerException("('Connection aborted.', PermissionError(13, 'Permission denied'))")

    monkeypatch.setattr(docker_sdk, "from_env", refuse)
    with pytest.raises(daemon.NoDaemonError, match="your user may not use Docker: add it to the group docker"):
        daemon.find_id("any")


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


@pytest.mark.parametrize(("name", "command"), [("otel", "./inv build"), ("thanos", "./inv build --only thanos")])
@pytest.mark.usefixtures("docker")
def test_a_missing_image_is_named_with_the_command_that_builds_it(name: str, command: str) -> None:
    with pytest.raises(daemon.NoImageError, match=f"is not on this machine: run {command} first"):
        daemon.find_id(SHIPPED[name].reference)
