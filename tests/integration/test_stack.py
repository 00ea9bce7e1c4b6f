"""The tests of the stack, started by pytest alone where they cannot run."""

import os
import subprocess
import sys

from daemons import serve_daemon

from spcsmetrics.core.paths import ROOT
from spcsmetrics.images.definition import SHIPPED, SIMULATOR_IMAGE


def run_stack_tests(host: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "tests/stack", "-p", "no:cacheprovider"]
    env = {**os.environ, "DOCKER_HOST": host, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT, env=env)


def test_without_an_image_they_end_with_its_name() -> None:
    with serve_daemon() as docker:
        docker.ids = {image.reference: "sha256:an-id" for image in (*SHIPPED.values(), SIMULATOR_IMAGE)}
        del docker.ids[SHIPPED["grafana"].reference]
        done = run_stack_tests(docker.url)
    assert done.returncode == 2
    assert "images are not on this machine: spcs-oss-grafana:latest; run ./inv test-stack" in done.stdout
    assert "no tests ran" in done.stdout


def test_without_a_daemon_they_say_so() -> None:
    done = run_stack_tests("unix:///nowhere/docker.sock")
    assert done.returncode == 2
    assert "no Docker daemon answers: install or start Docker" in done.stdout
