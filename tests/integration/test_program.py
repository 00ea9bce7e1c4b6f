"""./inv as a process of its own: what it needs, its plans, and how it ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spcsmetrics.core.paths import ROOT
from spcsmetrics.tasks.namespace import namespace

# Each plan has a step of this title, whatever is installed.
PLANS = {
    "demo": "Run the demo",
    "demo --day": "Run the demo",
    "demo --check": "Check the demo",
    "preview": "Show the boards",
    "doctor": "Examine the pools",
    "build": "Build the image spcs-oss-grafana:latest",
    "build --bases local": "Build the image spcs-oss-prometheus:latest",
    "test": "Test the tooling",
    "test-boards": "Test the boards",
    "test-stack": "Test the stack",
    "test-capacity": "Test what sizes promise",
    "lint": "import-linter",
    "fuzz": "Fuzz FuzzDNSAnswer",
    "boards": "Write boards and rules",
    "bench.pipeline": "Measure floor, shipped",
    "bench.capacity": "Measure",
    "bench.discovery": "Measure refreshes",
    "bench.boards": "Measure the boards' queries",
    "lock": "Lock runtime",
    "lock --upgrade": "Lock runtime",
    "lock.bases": "Lock the bases",
    "lock.collector": "Generate the collector's module",
    "bump grafana 99.0.0": "Write 99.0.0 into spcsmetrics/core/versions.py",
    "audit": "pip-audit runtime",
    "scan": "grype spcs-oss-otel",
    "registry": "Start a registry",
    "rehearse": "Rehearse ci.yml",
    "rehearse --only release": "Rehearse release.yml",
    "registry --stop": "Stop the registry",
    "release --namespace acme": "Check the registry",
    "release --namespace acme --candidate": "Verify from the registry",
    "clean": "Remove build",
}


def test_the_list_needs_no_docker_no_go_and_no_heavy_library() -> None:
    code = (
        "import sys; sys.argv = ['inv', '-l']\n"
        "try:\n import spcsmetrics.tasks.__main__ as m; m.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'docker', 'rich', 'requests', 'aiohttp', 'snowflake.connector', 'jsonschema', 'pytest'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=ROOT, env={"PATH": "/nowhere"}
    )
    assert "heavy: []" in done.stdout
    assert "demo" in done.stdout


def test_dry_prints_a_plan_and_needs_neither_programs_nor_groups() -> None:
    # Nothing is on the PATH and no group is installed, so that a step that ran would fail.
    code = (
        "import sys\n"
        "for name in ('snowflake', 'jsonschema', 'psutil', 'playwright', 'aiohttp', 'dnslib', 'jwt', 'trustme',\n"
        "             'grafana_foundation_sdk', 'pytest'): sys.modules[name] = None\n"
        "from spcsmetrics.tasks.program import Inv\n"
        f"for words in {list(PLANS)!r}:\n"
        "    print('#', words, flush=True)\n"
        "    Inv().run(['./inv', *words.split(), '--dry'])\n"
    )
    env = {"PATH": "/nowhere", "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True, cwd=ROOT, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = {words: plan for words, _, plan in (part.partition("\n") for part in done.stdout.split("# ")[1:])}
    assert printed.keys() == PLANS.keys()
    for words, title in PLANS.items():
        assert re.search(rf"^{re.escape(title)}[^\n]*\n    \S", printed[words], re.M), words


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a copy of what the task test reads before it begins."""
    for name in ("monitoring", "simulator", "spcsmetrics", "otel-builder", "prometheus", "plugins", "locks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run_in(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run the task test in a clone, which ends before anything is tested."""
    env = {**os.environ, "PYTHONPATH": str(clone), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "spcsmetrics.tasks", "test"]
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=clone, env=env)


def test_a_file_where_build_belongs_is_one_sentence(clone: Path) -> None:
    (clone / "build").write_text("")
    done = run_in(clone)
    assert done.returncode == 1
    assert done.stderr == f"inv: {clone / 'build'} is a file where a folder belongs: move it away, then run it again\n"


def test_a_build_that_cannot_be_written_to_is_one_sentence(clone: Path) -> None:
    clone.chmod(0o555)
    try:
        if os.access(clone, os.W_OK):
            pytest.skip("this user may write everywhere")
        done = run_in(clone)
    finally:
        clone.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr == (f"inv: {clone / 'build'}: permission denied: let your user write there, then run it again\n")


@pytest.mark.parametrize("words", [[], ["--help"], ["demo", "-h"]], ids=["list", "help", "help of a task"])
def test_a_page_that_cannot_be_written_is_one_sentence(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "spcsmetrics.tasks", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, text=True, cwd=ROOT)
    sentence = "inv: no space left on device: free some space, then run it again\n"
    assert (done.returncode, done.stderr) == (1, sentence)


def test_ctrl_c_while_modules_load_ends_it_in_silence(tmp_path: Path) -> None:
    # A module of invoke's name that takes long to load, and says when it does.
    (tmp_path / "invoke.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "spcsmetrics.tasks"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path, env=env) as started:
        assert started.stdout
        assert started.stderr
        assert started.stdout.readline() == "loading\n"
        started.send_signal(signal.SIGINT)
        # A shell shows an end by SIGINT as 130.
        assert (started.wait(), started.stderr.read()) == (-signal.SIGINT, "")


def test_a_missing_library_says_what_makes_it_anew(tmp_path: Path) -> None:
    (tmp_path / "invoke.py").write_text("raise ModuleNotFoundError('gone', name='invoke')\n")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "spcsmetrics.tasks"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=tmp_path, env=env)
    sentence = "inv: the module invoke is missing: remove .venv, then run ./inv again, which makes it anew\n"
    assert (done.returncode, done.stderr) == (1, sentence)


def test_a_missing_docker_daemon_is_one_sentence() -> None:
    command = [sys.executable, "-m", "spcsmetrics.tasks", "build", "--only", "otel"]
    env = {"DOCKER_HOST": "unix:///nowhere/docker.sock", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT, env=env)
    assert done.returncode == 1
    assert "no Docker daemon answers: install or start Docker" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("", 0, ""),
        ("-h", 0, ""),
        ("demo -h", 0, ""),
        ("bench -h", 0, ""),
        ("--version", 0, ""),
        ("versions", 0, ""),
        ("test --dry", 0, ""),
        ("nonsense", 1, "inv: no idea what 'nonsense' is: see ./inv -l\n"),
        ("demo --pools 0", 1, "inv: --pools takes a whole number from 1 to 200, not '0': see ./inv demo -h\n"),
    ],
)
def test_a_closed_standard_output_takes_nothing_and_is_no_fault(words: str, code: int, sentence: str) -> None:
    done = run_closed(words, ">&-")
    assert (done.returncode, done.stdout, done.stderr) == (code, "", sentence)


def test_what_goes_wrong_does_not_move_to_standard_output_where_that_of_errors_is_closed() -> None:
    done = run_closed("nonsense", "2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_all_standard_streams_may_be_closed() -> None:
    assert run_closed("versions", "<&- >&- 2>&-").returncode == 0


def run_closed(words: str, closed: str) -> subprocess.CompletedProcess[str]:
    """Run ./inv in a shell that closes some of its streams."""
    command = ["sh", "-c", f'exec "$0" -m spcsmetrics.tasks {words} {closed}', sys.executable]
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT)


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    command = [sys.executable, "-m", "spcsmetrics.tasks", "versions"]
    reading, writing = os.pipe()
    os.close(reading)
    # Output that waits in a buffer fails only when it is flushed.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, text=True, cwd=ROOT, env=env)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_plain_invoke_has_the_same_tasks_and_sentences() -> None:
    invoke = [sys.executable, "-m", "invoke"]
    listed = subprocess.run([*invoke, "-l"], capture_output=True, check=True, text=True, cwd=ROOT).stdout
    assert set(re.findall(r"^  (\S+)", listed, re.M)) == set(namespace.task_names)
    wrong = [*invoke, "build", "--only", "mysql"]
    done = subprocess.run(wrong, capture_output=True, check=False, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr == "inv: --only mysql is not an image: write one of otel, prometheus, grafana, thanos\n"
