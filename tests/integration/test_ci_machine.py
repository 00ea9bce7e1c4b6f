"""What continuous integration adds to a machine it takes away again, and whatever else differs fails the run."""

import os
import subprocess
from pathlib import Path

import pytest

from spcsmetrics.core.paths import ROOT

# Holds images and volumes in files; a daemon runs already.
DOCKER = """\
#!/bin/sh
cd {folder}
case "$1" in
images) case "$*" in *dangling*) sed -n 's/^image <none>:<none> //p' images ;; *) cat images ;; esac ;;
volume) cat volumes ;;
rmi) [ "$2" != --force ] || shift; shift
    grep -v -e "^image $1 " -e " $1\\$" images >kept || true; mv kept images ;;
tag) grep -v -e "^image $3 " -e "^image <none>:<none> $2\\$" images >kept || true
    echo "image $3 $2" >>kept; mv kept images ;;
esac
"""
FILES = {"docker": DOCKER, "iptables-save": "#!/bin/sh\ncat {folder}/rules\n", "ip6tables-save": "#!/bin/sh\n"}
OTHERS = "image somebody/else:1 sha256:1\n"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "state").mkdir()
    for name, text in {**FILES, "ip": "#!/bin/sh\ncat {folder}/links\n"}.items():
        (tmp_path / "bin" / name).write_text(text.format(folder=tmp_path))
        (tmp_path / "bin" / name).chmod(0o755)
    for name in ("volumes", "rules", "links"):
        (tmp_path / name).write_text("")
    (tmp_path / "images").write_text(f"{OTHERS}image spcs-oss-otel:latest sha256:2\n")
    run(tmp_path, "save")
    return tmp_path


def run(machine: Path, verb: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{machine / 'bin'}:{os.environ['PATH']}"}
    command = [str(ROOT / ".ci" / "machine"), verb, str(machine / "state")]
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=machine, env=env)


def add(machine: Path, name: str, line: str) -> None:
    with (machine / name).open("a") as file:
        file.write(f"{line}\n")


def test_images_that_were_built_go_and_a_name_stands_for_what_it_did(machine: Path) -> None:
    before = (machine / "images").read_text()
    (machine / "images").write_text(
        f"{OTHERS}image spcs-oss-otel:latest sha256:3\nimage <none>:<none> sha256:2\n"
        "image spcs-simulator:latest sha256:4\nimage spcs-local/python:3 sha256:5\nimage <none>:<none> sha256:6\n"
    )
    done = run(machine, "restore")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted((machine / "images").read_text().splitlines()) == sorted(before.splitlines())


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [
        ("volumes", "volume left", "Docker holds something else"),
        ("images", "image another/project:1 sha256:7", "Docker holds something else"),
        ("rules", "-A FORWARD -j DROP", "interfaces, rules or forwarding"),
        ("links", "docker0", "interfaces, rules or forwarding"),
    ],
)
def test_what_is_left_fails_the_run_and_is_named(machine: Path, name: str, line: str, sentence: str) -> None:
    add(machine, name, line)
    done = run(machine, "restore")
    assert done.returncode == 1
    assert f"ci: the run changed this machine: {sentence}" in done.stderr
    assert line in done.stderr


def test_a_machine_that_nobody_changed_is_well(machine: Path) -> None:
    done = run(machine, "restore")
    assert (done.returncode, done.stderr) == (0, "")


def test_counters_and_empty_chains_are_no_change(machine: Path) -> None:
    add(machine, "rules", "# Generated\n*filter\n:INPUT ACCEPT [12:34]\nCOMMIT")
    assert run(machine, "restore").returncode == 0
