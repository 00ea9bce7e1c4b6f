"""The tasks as their user meets them."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from spcsmetrics.core.paths import ROOT
from tasks import namespace


def inv(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "spcsmetrics.tasks", "--search-root", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT, env=env or None)


def listed() -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = json.loads(inv("-l", "-F", "json").stdout)["tasks"]
    return tasks


def test_every_task_has_a_line_of_help() -> None:
    assert {task["name"] for task in listed()} >= {"build", "clean", "demo", "lint", "test", "test-stack"}
    assert not [task["name"] for task in listed() if not task["help"]]


def test_every_flag_has_help() -> None:
    for name in namespace.task_names:
        for argument in namespace[name].get_arguments():
            assert argument.help, f"{name} --{argument.name}"


def test_the_list_needs_no_docker_no_go_and_no_heavy_library() -> None:
    program = (
        "import sys; sys.argv = ['inv', '-l']\n"
        "try:\n import spcsmetrics.tasks.__main__ as m; m.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'docker', 'rich', 'requests', 'aiohttp', 'snowflake.connector', 'jsonschema', 'pytest'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=ROOT, env={"PATH": "/nowhere"}
    )
    assert "heavy: []" in done.stdout
    assert "demo" in done.stdout


def test_builds_and_plans_need_no_client_of_the_account() -> None:
    program = (
        "import sys\n"
        "sys.modules['snowflake.snowpark'] = sys.modules['snowflake.connector'] = sys.modules['jsonschema'] = None\n"
        "import spcsmetrics.images.build, spcsmetrics.upkeep.stack, spcsmetrics.deploy.planner, spcsmetrics.deploy.operations\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_the_readme_lists_the_tasks_as_they_are() -> None:
    rows = re.findall(r"^\| `\./inv ([\w-]+)` \| (.+) \|$", (ROOT / "README.md").read_text(), re.M)
    assert rows == [(task["name"], task["help"]) for task in listed()]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["demo", "--bogus"], "no idea what '--bogus' is: see ./inv -h demo"),
        (["nonsense"], "no idea what 'nonsense' is: see ./inv -l"),
        (["demo", "--pools", "0"], "the demo takes 1 to 200 pools"),
        (["build", "--only", "mysql"], "--only mysql is not an image: write one of otel, prometheus, grafana"),
        (["build", "--bases", "none"], "--bases none is not known: write one of official, local"),
        (["build", "--only", "grafana", "--bases", "local"], "grafana cannot be built on a local base"),
        (["test-stack", "--bases", "local", "--require-grafana"], "--require-grafana cannot be met"),
        (["bench", "speed"], "there is no benchmark 'speed'"),
    ],
)
def test_a_user_error_is_one_sentence_on_standard_error(words: list[str], sentence: str) -> None:
    done = inv(*words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_docker_daemon_is_one_sentence() -> None:
    done = inv("build", "--only", "otel", DOCKER_HOST="unix:///nowhere/docker.sock", PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "no Docker daemon answers: install or start Docker" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [["demo"], ["build"], ["build", "--bases", "local"], ["test"], ["test-stack"], ["lint"], ["lock"], ["clean"],
     ["bench", "pipeline"], ["dashboards"]],
)  # fmt: skip
def test_dry_prints_a_plan_and_starts_nothing(words: list[str]) -> None:
    # Nothing is on the PATH, so that a step that ran would fail.
    done = inv(*words, "--dry", PATH="/nowhere", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 2
