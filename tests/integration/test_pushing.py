"""Images on their way from a Docker daemon into the simulated account's repository, by ./inv deploy."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import SETTINGS, Desk, open_desk
from docker_double import Daemon, open_daemon
from programs import write_program

from simulator.privileges import ADMINISTRATOR, ROLE, USER
from spcsmetrics.deploy.grants import list_grants
from spcsmetrics.deploy.layout import CONTAINERS, PAIR
from spcsmetrics.images.definition import IMAGES

SERVICE = "SPCS_METRICS.PUBLIC.SPCS_METRICS"
URL = "https://spcsmetrics-simulated.snowflakecomputing.app"


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Daemon]:
    """Yield a daemon that has the images of this version."""
    with open_daemon() as found:
        monkeypatch.setenv("DOCKER_HOST", found.url)
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
        found.images |= {image.reference: image.name.encode() for image in IMAGES.values()}
        yield found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as found:
        found.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(found.settings)))
        yield found


def write_token(desk: Desk, token: str) -> None:
    file = desk.folder / "registry-token"
    file.write_text(token)
    desk.write_settings(SETTINGS + f'registry_token_file = "{file}"\n')


@pytest.mark.parametrize("way", ["token", "session"])
def test_images_are_pushed_once_and_run_by_the_service(desk: Desk, daemon: Daemon, way: str) -> None:
    if way == "token":
        write_token(desk, desk.token)
    done = desk.inv("deploy", "--timeout=15")
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    sent = [reference.partition("/")[2] for reference in daemon.pushed]
    assert set(sent) == set(desk.catalog()["images"])
    containers = desk.catalog()["services"][SERVICE]["specification"]["spec"]["containers"]
    assert {one["image"].removeprefix("/") for one in containers} == set(sent)
    assert set(daemon.images) == {image.reference for image in IMAGES.values()}, "the names for the push are gone"
    again = desk.inv("deploy", "--timeout=15")
    assert again.returncode == 0, again.stderr
    assert len(daemon.pushed) == len(CONTAINERS[PAIR]), "what is there is not sent again"
    assert "nothing was sent" in again.stderr


def test_the_simulated_account_can_be_tried_with_its_own_connections(desk: Desk, daemon: Daemon) -> None:
    desk.write_settings('connection = "deployer"\ndatabase = "TRIAL"\ncompute_pool = "TRIAL_POOL"\n')
    home = {"SNOWFLAKE_HOME": str(desk.simulation.folder)}
    done = desk.inv("deploy", "--create-pool", "--timeout=15", env=home)
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    assert len(daemon.pushed) == len(CONTAINERS[PAIR])


def test_released_images_are_pulled_pushed_and_kept_without_a_build(desk: Desk, daemon: Daemon) -> None:
    daemon.images.clear()
    daemon.hub |= {f"acme/{image.name}:0.9.0": image.name.encode() for image in IMAGES.values()}
    planned = desk.inv("--dry", "deploy", "--images=acme", "--tag=0.9.0")
    assert (planned.returncode, daemon.pushed) == (0, []), planned.stderr
    assert "Push the image spcs-oss-otel:0.9.0" in planned.stdout
    done = desk.inv("deploy", "--images=acme", "--tag=0.9.0", "--timeout=15")
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    assert len(daemon.pushed) == len(CONTAINERS[PAIR])
    assert len(daemon.logins) == 1, "one login for all pushes"
    again = desk.inv("deploy", "--timeout=15")
    assert again.returncode == 0, again.stderr
    assert "nothing was sent" in again.stderr
    assert "The service keeps its images (0.9.0)" in again.stderr


def test_an_older_image_is_not_sent_where_a_pull_fails_in_its_middle(
    desk: Desk, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.images |= {f"acme/{image.name}:0.9.0": b"older" for image in IMAGES.values()}
    full = "write /var/lib/docker/tmp/x: no space left on device"
    monkeypatch.setattr(daemon, "pull", lambda *_: {"error": full, "errorDetail": {"message": full}})
    done = desk.inv("deploy", "--images=acme", "--tag=0.9.0", "--timeout=15")
    assert done.returncode == 1
    assert f"acme/spcs-oss-otel:0.9.0 was not pulled as a whole: run it again ({full})" in done.stderr
    assert daemon.pushed == []


def test_released_images_that_are_not_there_or_not_meant_are_named(desk: Desk, daemon: Daemon) -> None:
    done = desk.inv("deploy", "--images=acme", "--tag=0.9.0", "--timeout=15")
    assert done.returncode == 1
    assert "the registry Docker Hub has no acme/spcs-oss-otel:0.9.0" in done.stderr
    for words, sentence in (
        (["--tag=0.9.0"], "add --images with their namespace"),
        (["--images=acme", "--pushed"], "leave one out"),
        (["--images=ACME!"], "write a namespace such as acme"),
    ):
        refused = desk.inv("--dry", "deploy", *words)
        assert (refused.returncode, sentence in refused.stderr) == (1, True), refused.stderr


def test_an_image_for_another_machine_is_pushed_by_nobody_and_run_by_nobody(desk: Desk, daemon: Daemon) -> None:
    daemon.architectures[IMAGES["otel"].reference] = "arm64"
    before = len(desk.catalog()["statements"])
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 1
    assert f"the image {IMAGES['otel'].reference} is for linux/arm64" in done.stderr
    assert (desk.changes(before), daemon.pushed) == ([], [])


def test_an_image_for_another_machine_that_is_there_already_is_explained(desk: Desk, daemon: Daemon) -> None:
    desk.run_sql(ROLE, "CREATE IMAGE REPOSITORY IF NOT EXISTS SPCS_METRICS.PUBLIC.IMAGES")
    for image in IMAGES.values():
        path = f"/images/spcs_metrics/public/images/{image.name}:1.0"
        desk.admin("PUT", path, {"digest": "sha256:" + "5" * 64, "architecture": "arm64"})
    desk.write_settings(SETTINGS + 'tag = "1.0"\n')
    done = desk.inv("deploy", "--pushed", "--timeout=15")
    assert done.returncode == 1
    assert "images are for linux/amd64 alone: build them so" in done.stderr


def test_an_image_that_changed_is_pushed_under_another_tag_and_the_others_are_not(desk: Desk, daemon: Daemon) -> None:
    assert desk.inv("deploy", "--timeout=15").returncode == 0
    daemon.images[IMAGES["grafana"].reference] = b"another"
    done = desk.inv("upgrade", "--timeout=15")
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    (last,) = daemon.pushed[len(CONTAINERS[PAIR]) :]
    assert IMAGES["grafana"].name in last
    assert last not in daemon.pushed[: len(CONTAINERS[PAIR])]


def test_a_plan_names_the_pushes_and_sends_nothing(desk: Desk, daemon: Daemon) -> None:
    done = desk.inv("--dry", "deploy")
    assert done.returncode == 0, done.stderr
    assert all(image.name in done.stdout for image in IMAGES.values())
    assert daemon.pushed == []


def test_what_the_registry_refuses_is_one_sentence_without_the_token(desk: Desk, daemon: Daemon) -> None:
    write_token(desk, "wrong-token")
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 1
    assert "authentication required; set registry_token_file to a programmatic access token" in done.stderr
    assert "wrong-token" not in done.stderr
    assert "Traceback" not in done.stderr
    assert daemon.pushed == []


def test_an_index_of_several_platforms_is_refused_with_what_builds_one(desk: Desk, daemon: Daemon) -> None:
    daemon.indexes = True
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 1
    sentence = " ".join(done.stderr.split())
    assert "cannot be pushed: manifest invalid: an image index is not supported; the registry takes images" in sentence
    assert "build them with ./inv build, or with docker buildx build --platform linux/amd64" in sentence
    assert "privileges" not in sentence
    assert desk.catalog()["services"] == {}


@pytest.mark.parametrize(
    ("token", "words"), [(None, "registry-token cannot be read: No such file"), ("\n", "registry-token is empty")]
)
def test_a_token_file_without_a_token_is_named(desk: Desk, daemon: Daemon, token: str | None, words: str) -> None:
    write_token(desk, token or "")
    if token is None:
        (desk.folder / "registry-token").unlink()
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 1
    assert words in done.stderr
    assert daemon.pushed == []


def test_a_repository_with_another_digest_than_was_sent_ends_the_deployment(desk: Desk, daemon: Daemon) -> None:
    daemon.lies = True
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 1
    assert "in the repository and sha256:ffff" in done.stderr
    assert desk.catalog()["services"] == {}


def test_an_image_that_was_not_built_is_named_before_anything_is_sent(desk: Desk, daemon: Daemon) -> None:
    del daemon.images[IMAGES["prometheus"].reference]
    before = len(desk.catalog()["statements"])
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 1
    assert f"the image {IMAGES['prometheus'].reference} is not on this machine: run ./inv build first" in done.stderr
    assert (desk.changes(before), daemon.pushed) == ([], [])


def test_a_deployment_without_a_daemon_is_one_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 1
    assert "no Docker daemon answers: install or start Docker" in done.stderr


@pytest.mark.parametrize("code", [0, 1])
def test_snow_logs_docker_in_and_the_session_does_where_snow_cannot(desk: Desk, daemon: Daemon, code: int) -> None:
    ports = json.loads((desk.folder / "run" / "session" / "ports.json").read_text())
    host = f"127.0.0.1:{ports['registry']}"
    login = {"auths": {host: {"auth": base64.b64encode(f"{USER}:{desk.token}".encode()).decode()}}}
    programs = desk.folder / "programs"
    programs.mkdir()
    (desk.folder / "login").write_text(json.dumps(login))
    # As snow does, it hands Docker the login; where it fails it leaves none.
    folder = desk.folder / "docker"
    ask = "printf 'MFA code for METRICS_USER? '"
    keep = (
        f"{ask}; mkdir -p {folder} && cp {desk.folder / 'login'} {folder / 'config.json'}"
        if code == 0
        else f"{ask}; exit {code}"
    )
    (programs / "snow").write_text(f'#!/bin/sh\necho "$@" >> {desk.folder / "asked"}\n{keep}\n')
    (programs / "snow").chmod(0o755)
    done = desk.inv("deploy", "--timeout=15", env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr
    assert "MFA code for METRICS_USER? " in done.stderr, "what snow asks is seen"
    assert done.stdout.strip() == URL
    assert (desk.folder / "asked").read_text() == "spcs image-registry login\n", "one login for all pushes"
    assert (f"snow cannot log in to {host}: the session does it instead" in done.stderr) is bool(code)
    assert len(daemon.pushed) == len(CONTAINERS[PAIR])


def test_images_go_to_the_host_that_the_account_shows(desk: Desk, daemon: Daemon) -> None:
    """An account's name may hold an underscore and a host may not: SHOW IMAGE REPOSITORIES says the host.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-registry-repository
    """
    desk.write_connection(desk.token, account="MY_ORG-MY_ACCT")
    done = desk.inv("deploy", "--timeout=15")
    assert done.returncode == 0, done.stderr
    ports = json.loads((desk.folder / "run" / "session" / "ports.json").read_text())
    hosts = [reference.partition("/")[0] for reference in daemon.pushed]
    assert hosts == [f"127.0.0.1:{ports['registry']}"] * len(CONTAINERS[PAIR])


def test_no_command_line_holds_a_token_while_docker_is_logged_in(desk: Desk, daemon: Daemon) -> None:
    """Everybody on a machine reads what its programs were started with, so Docker takes a password from its input too.

    Source: https://docs.docker.com/reference/cli/docker/login/ (--password-stdin)
    """
    seen = desk.folder / "seen"
    snow = f"cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' > {seen}; exit 1"
    programs = write_program(desk.folder / "programs", "snow", snow).parent
    done = desk.inv("deploy", "--timeout=15", env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr
    assert len(daemon.pushed) == len(CONTAINERS[PAIR])
    assert "-m spcsmetrics.tasks deploy" in seen.read_text(), "command lines are seen"
    assert desk.token not in seen.read_text()
