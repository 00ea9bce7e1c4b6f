"""Images as ./inv build makes them with the classic builder: which files are inside, and on which base."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_double import Daemon, open_daemon, write_command_line
from programs import inv, write_program

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BOARD_FOLDER, RULE_FOLDER
from spcsmetrics.core.steps import carry_out
from spcsmetrics.core.versions import BASES
from spcsmetrics.images import local_bases
from spcsmetrics.images.definition import IMAGES


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return the folder that is first on the PATH, with docker in it."""
    write_command_line(tmp_path / "programs")
    return tmp_path / "programs"


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch, programs: Path) -> Iterator[Daemon]:
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("SPCS_BASE_MIRROR", raising=False)
    with open_daemon() as found:
        monkeypatch.setenv("DOCKER_HOST", found.url)
        yield found


def test_grafana_is_built_on_its_official_base_with_every_board(daemon: Daemon) -> None:
    daemon.images[BASES["grafana"]] = b"grafana"
    done = inv("build", "--only=grafana")
    assert done.returncode == 0, done.stderr
    (build,) = daemon.builds
    assert build["tags"] == [IMAGES["grafana"].reference]
    assert build["arguments"]["BASE"].startswith(BASES["grafana"])
    boards = {file.removeprefix("dashboards/") for file in build["files"] if file.startswith("dashboards/")}
    assert boards == {file.name for file in BOARD_FOLDER.glob("*")}
    assert {"grafana.ini", "LICENSE", "Dockerfile"} <= set(build["files"])


def test_a_base_that_cannot_be_pulled_is_explained(daemon: Daemon) -> None:
    done = inv("build", "--only=grafana")
    assert done.returncode == 1
    assert "SPCS_BASE_MIRROR names a mirror" in done.stderr
    assert f"pull access denied for {BASES['grafana']}" in done.stderr
    assert daemon.images == {}


def test_a_mirror_stands_before_the_base(daemon: Daemon) -> None:
    done = inv("build", "--only=grafana", env={"SPCS_BASE_MIRROR": "mirror.example.com/hub/"})
    assert f"pull access denied for mirror.example.com/hub/{BASES['grafana']}" in done.stderr


def test_prometheus_is_built_on_a_base_made_here_which_is_made_once(daemon: Daemon) -> None:
    for _ in range(2):
        done = inv("build", "--only=prometheus", "--bases=local")
        assert done.returncode == 0, done.stderr
    base, first, second = daemon.builds
    assert base["tags"] == [local_bases.PROMETHEUS_BASE]
    assert {"root/bin/prometheus", "root/bin/promtool", "root/etc/passwd"} <= set(base["files"])
    assert first == second
    assert first["arguments"] == {"BASE": local_bases.PROMETHEUS_BASE}
    assert {"amd64/launcher", "prometheus.yml", "LICENSES"} <= set(first["files"])
    assert {f"rules/{file.name}" for file in RULE_FOLDER.glob("*.yml")} <= set(first["files"])
    assert f"Make the base {local_bases.PROMETHEUS_BASE}: up to date" in done.stderr


def test_the_collector_is_built_from_scratch_with_its_programs_and_licences(daemon: Daemon) -> None:
    done = inv("build", "--only=otel")
    assert done.returncode == 0, done.stderr
    (build,) = daemon.builds
    assert build["arguments"] == {}
    wanted = {"amd64/spcs-otelcol", "amd64/healthcheck", "amd64/spcs-doctor", "config.yaml", "ca-certificates.crt"}
    assert {*wanted, "LICENSES", "LICENSE", "event-table.yaml", "services.yaml", "central.yaml"} <= set(build["files"])


@pytest.fixture
def _root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any user stand for root, because nothing is installed."""
    monkeypatch.setattr("os.geteuid", lambda: 0)


@pytest.mark.usefixtures("_root")
def test_python_is_made_by_debootstrap_without_what_no_program_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, daemon: Daemon, programs: Path
) -> None:
    made = "for last; do :; done; mkdir -p $last/bin $last/usr/share/doc $last/var/cache/apt; echo hello > $last/bin/sh"
    write_program(programs, "debootstrap", f"{made}; touch wget-log")
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        carry_out(local_bases.build_steps("simulator"))
    (build,) = daemon.builds
    assert build["tags"] == [local_bases.PYTHON_BASE]
    assert "./bin/sh" in build["files"]
    assert not {"./usr/share/doc", "./var/cache/apt"} & set(build["files"])
    assert not (tmp_path / "wget-log").exists(), "a file that no commit has stops a release"


def test_debootstrap_needs_root(monkeypatch: pytest.MonkeyPatch, daemon: Daemon) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(UserError, match="debootstrap needs root"):
        carry_out(local_bases.build_steps("simulator"))
    assert daemon.images == {}


@pytest.mark.usefixtures("_root")
def test_a_failed_debootstrap_leaves_no_base(daemon: Daemon, programs: Path) -> None:
    write_program(programs, "debootstrap", "echo E: no mirror >&2; exit 1")
    with pytest.raises(UserError, match="no mirror"):
        carry_out(local_bases.build_steps("simulator"))
    assert daemon.images == {}
