"""What this machine has is taken when it is new enough; what it lacks is said in one sentence."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import write_program

from spcsmetrics.core import git, groups, ports, toolchain
from spcsmetrics.core.errors import UserError
from spcsmetrics.programs import prometheus


@pytest.fixture(autouse=True)
def _nothing_found_before() -> Iterator[None]:
    toolchain.find_go.cache_clear()
    toolchain.find_compose.cache_clear()
    yield
    toolchain.find_go.cache_clear()
    toolchain.find_compose.cache_clear()


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the only folder on the PATH, which is empty, and let no dependency have brought a program."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(groups, "script", lambda name: tmp_path / "locked" / name)
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def test_without_any_go_the_sentence_says_where_to_get_one(programs: Path) -> None:
    write_program(programs, "go", "echo go version go1.20.1 linux/amd64")
    with pytest.raises(UserError, match=r"Go .*1\.26\.\d+ .*install it from https://go\.dev/dl"):
        toolchain.find_go()


@pytest.mark.parametrize("content", ["#!/bin/sh\nexit 2\n", "not a program of this machine"])
def test_a_broken_go_on_the_path_is_passed_over(content: str, programs: Path) -> None:
    write_program(programs, "go", "").write_text(content)
    locked = write_program(programs.parent / "locked", "go", "echo go version go1.99.0 linux/amd64")
    assert toolchain.find_go() == locked


@pytest.mark.parametrize(
    ("docker", "standalone", "words"),
    [
        ("echo 2.29.1", "echo v2.1.0", ["docker", "compose"]),
        ("exit 1", "echo v2.1.0", ["docker-compose"]),
        ("echo 1.29.2", "echo 1.29.2", ["LOCKED"]),
        ("echo development", "exit 1", ["LOCKED"]),
    ],
    ids=["plugin", "standalone", "both too old", "no version"],
)
def test_compose_is_the_machines_own_where_it_is_new_enough(
    docker: str, standalone: str, words: list[str], programs: Path
) -> None:
    write_program(programs, "docker", docker)
    write_program(programs, "docker-compose", standalone)
    locked = str(groups.script("docker-compose"))
    assert toolchain.find_compose() == [locked if word == "LOCKED" else word for word in words]
    installed = groups.group_step("compose").skip()
    assert toolchain.compose_step().skip() is (words != ["LOCKED"] or installed)


@pytest.mark.parametrize(
    ("shell", "taken"),
    [
        ("echo 'prometheus, version 99.1.0 (branch: HEAD)'", True),
        ("echo 'prometheus, version 2.45.0 (branch: HEAD)'", False),
        ("echo 'no idea'", False),
        ("exit 2", False),
    ],
    ids=["new", "old", "another program", "broken"],
)
def test_an_installed_prometheus_is_run_where_it_is_new_enough(shell: str, taken: bool, programs: Path) -> None:
    installed = write_program(programs, "prometheus", shell)
    assert prometheus.binary() == (installed if taken else prometheus.built())


def test_without_an_installed_prometheus_the_built_one_is_run(programs: Path) -> None:
    assert prometheus.find_installed() is None
    assert prometheus.binary() == prometheus.built()


@pytest.mark.usefixtures("programs")
def test_facts_of_git_are_empty_where_there_is_no_git() -> None:
    assert (git.revision(), git.tags(), git.source_date()) == ("", [], "0")


def test_facts_of_git_are_empty_outside_a_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(git, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert (git.revision(), git.tags(), git.source_date()) == ("", [], "0")


def test_ports_in_a_row_are_free_and_leave_out_one_that_is_taken() -> None:
    first = ports.find_run(3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 1))
        assert ports.find_run(3) >= first + 2


def test_a_machine_without_so_many_free_ports_is_one_sentence() -> None:
    with pytest.raises(UserError, match=r"99999 .*ports in a row"):
        ports.find_run(99_999)


def test_a_port_that_somebody_holds_cannot_be_bound() -> None:
    port = ports.find_free()
    assert ports.can_bind("127.0.0.1", port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not ports.can_bind("127.0.0.1", port)
