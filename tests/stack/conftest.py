"""The running stack, as seen from this machine: through docker exec, since the store listens for its siblings only."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from spcsmetrics.images.definition import SIMULATOR_IMAGE
from spcsmetrics.local.promql import InstantQuery, Sample
from spcsmetrics.upkeep.stack import compose


def execute(service: str, *words: str) -> str:
    """Run a command inside a service and return what it printed."""
    done = subprocess.run(
        [str(word) for word in compose("exec", "-T", service, *words)], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def beside(service: str, program: str, *words: str) -> str:
    """Run a Python program in the network of a service, and return what it printed."""
    found = subprocess.run(
        [str(word) for word in compose("ps", "--quiet", service)], capture_output=True, check=True, text=True
    )
    shared = ["docker", "run", "--rm", f"--network=container:{found.stdout.strip()}", "--entrypoint=python3"]
    done = subprocess.run(
        [*shared, SIMULATOR_IMAGE.reference, "-c", program, *words], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session", autouse=True)
def _stack() -> None:
    if not os.environ.get("SPCS_STACK"):
        pytest.exit("these tests need the running stack: use ./inv test-stack", returncode=2)


@pytest.fixture(scope="session")
def query() -> InstantQuery:
    """Run PromQL in the store's container."""

    def run(expression: str) -> list[Sample]:
        out = execute("prometheus", "promtool", "query", "instant", "-o", "json", "http://127.0.0.1:9090", expression)
        return [Sample(row["metric"], float(row["value"][1])) for row in json.loads(out)]

    return run


@pytest.fixture(scope="session")
def admin() -> Callable[..., Any]:
    """Call the simulator's admin API from inside its container."""
    program = (
        "import json,sys,urllib.request as u;m,p,b=sys.argv[1:];"
        "r=u.Request('http://127.0.0.1:8080'+p,method=m,data=b.encode() or None);"
        "print(u.urlopen(r,timeout=20).read().decode())"
    )

    def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        out = execute("simulator", "python3", "-c", program, method, path, json.dumps(body) if body else "").strip()
        return json.loads(out) if out else None

    return call


@pytest.fixture(scope="session")
def logs() -> Callable[[str], str]:
    """Return everything that a service has logged."""

    def read(service: str) -> str:
        command = [str(word) for word in compose("logs", "--no-color", "--no-log-prefix", service)]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    return read
