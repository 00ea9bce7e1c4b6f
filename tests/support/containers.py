"""Docker and compose on the command line, as the tests of the images and of the stack use them."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.paths import COMPOSE_FILE
from spcsmetrics.core.process import Args
from spcsmetrics.core.toolchain import find_compose
from spcsmetrics.images.definition import SIMULATOR_IMAGE

PROJECT = "spcs-stack-test"


def docker(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Docker's to its end, whatever comes of it."""
    return subprocess.run(["docker", *words], capture_output=True, check=False, text=True)


def compose_command(*words: str, project: str = PROJECT, files: Sequence[str | Path] = (COMPOSE_FILE,)) -> Args:
    """Return a compose command on the stack, or on another project of these files."""
    merged = [word for file in files for word in ("--file", file)]
    return [*find_compose(), "--project-name", project, *merged, *words]


def compose(*words: str) -> str:
    """Run a compose command on the stack and return what it printed. Raises UserError when it fails."""
    return process.run(compose_command(*words))


def execute(service: str, *words: str) -> str:
    """Run a command inside a service and return what it printed."""
    return compose("exec", "-T", service, *words)


def beside(service: str, program: str, *words: str) -> str:
    """Run a Python program in the network of a service, and return what it printed."""
    container = compose("ps", "--quiet", service).strip()
    network = f"--network={docker('inspect', '--format', '{{.HostConfig.NetworkMode}}', container).stdout.strip()}"
    python = ["docker", "run", "--rm", network, "--entrypoint=python3", SIMULATOR_IMAGE.reference]
    return process.run([*python, "-c", program, *words])
