"""The doctor over a real session: what it finds, and what becomes of its job when it is killed or stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import Desk, open_desk
from waiting import wait_for
from zygote import Zygote

from spcsmetrics.core.paths import ROOT

SERVICE = "SPCS_METRICS.PUBLIC.SPCS_METRICS"
NAME = f"{SERVICE}_DOCTOR"
BROKEN = "something is wrong: the report says what"


@pytest.fixture
def desk(tmp_path: Path, zygote: Zygote) -> Iterator[Desk]:
    with open_desk(tmp_path / "desk", zygote=zygote) as found:
        found.grant()
        assert found.deploy().returncode == 0
        yield found


def services(desk: Desk) -> set[str]:
    return set(desk.catalog()["services"])


def test_a_real_session_examines_from_outside_and_inside(desk: Desk) -> None:
    outside = desk.inv("doctor")
    assert outside.returncode == 0, outside.stderr
    assert "WEB_POOL" in outside.stdout
    desk.admin("PATCH", "/pools/GPU_POOL", {"privilege": "USAGE"})
    inside = desk.inv("doctor", "--in-account")
    assert inside.returncode == 1
    assert "GPU_POOL  ACTIVE  1 nodes  broken" in inside.stdout
    assert BROKEN in inside.stderr
    assert services(desk) == {SERVICE}


def test_a_role_that_is_not_the_users_ends_with_the_whole_script(desk: Desk) -> None:
    desk.write_settings('role = "GONE_ROLE"\n')
    done = desk.inv("doctor")
    assert done.returncode == 1
    assert "let an administrator run what ./inv grants prints" in done.stderr
    assert "CREATE ROLE IF NOT EXISTS GONE_ROLE;" in done.stdout
    assert done.stdout.rstrip().endswith("GRANT ROLE GONE_ROLE TO USER METRICS_USER;")


def test_a_run_that_was_killed_leaves_a_job_that_the_next_removes(desk: Desk) -> None:
    words = ("doctor", "--in-account", "--settings", str(desk.folder / "deploy.toml"))
    assert desk.zygote
    assert desk.zygote.run(*words, kill=("after", 1)).code == -9
    assert NAME in services(desk)
    done = desk.zygote.run(*words)
    assert done.code == 0, done.err
    assert f"Removing the job {NAME} of an earlier run" in done.err
    assert services(desk) == {SERVICE}


def test_ctrl_c_on_a_terminal_removes_the_job(desk: Desk) -> None:
    desk.admin("PUT", "/faults/services", {"fault": "never-ready"})
    command = [sys.executable, "-m", "spcsmetrics.tasks", "doctor", "--in-account"]
    process = subprocess.Popen(
        [*command, "--settings", str(desk.folder / "deploy.toml")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "SNOWFLAKE_HOME": str(desk.folder), "COLUMNS": "200"},
    )
    try:
        wait_for(lambda: NAME in services(desk), 20)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert services(desk) == {SERVICE}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--in-account", "--host=example.com"), "--host goes another way than --in-account: leave one out"),
        (("--ca-file=x",), "--ca-file goes another way than --settings: leave one out"),
    ],
)
def test_two_ways_at_once_are_refused(desk: Desk, words: tuple[str, ...], sentence: str) -> None:
    done = desk.inv("doctor", *words)
    assert done.returncode == 1
    assert sentence in done.stderr
