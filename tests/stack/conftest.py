"""The stack: pytest-docker starts it when a test first asks for it, and takes it down."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import admin as admin_api
import pytest
from containers import PROJECT, compose, docker, execute
from pytest_docker.plugin import Services

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import COMPOSE_FILE
from spcsmetrics.core.steps import console
from spcsmetrics.core.toolchain import find_compose
from spcsmetrics.images import daemon
from spcsmetrics.images.definition import IMAGES, SHIPPED, SIMULATOR_IMAGE
from spcsmetrics.local.promql import InstantQuery, Sample, parse

START_SECONDS = 180
# The profile, so that Grafana is removed too.
DOWN = "--profile grafana down --volumes --remove-orphans --timeout 5"


def pytest_configure() -> None:
    # Ended from outside, it takes the stack down too, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-grafana", action="store_true", help="leave out Grafana, whose image is not there")
    parser.addoption(
        "--pictures", metavar="FOLDER", type=Path, help="put a picture of each board there; needs Chromium"
    )


@pytest.fixture(scope="session", autouse=True)
def _everything_is_there(pytestconfig: pytest.Config) -> None:
    """End the run with one sentence where Docker, compose or an image is missing: no test passes by being left out."""
    images = [image for image in SHIPPED.values() if image.key != "grafana" or with_grafana(pytestconfig)]
    try:
        missing = [image.reference for image in (*images, SIMULATOR_IMAGE) if not daemon.holds(image.reference)]
        if missing:
            more = " (--without-grafana leaves Grafana out)" if IMAGES["grafana"].reference in missing else ""
            names = ", ".join(missing)
            raise UserError(f"images are not on this machine: {names}; run ./inv test-stack, which makes them{more}")
        process.run([*find_compose(), "version"], remedy="run ./inv test-stack, which installs compose")
    except UserError as error:
        pytest.exit(str(error), returncode=2)


def resources() -> dict[str, set[str]]:
    """Return what Docker holds, by kind: containers, networks, volumes and names of images."""
    listings = {
        "container": ("ps", "--all", "--format", "{{.Names}}"),
        "network": ("network", "ls", "--format", "{{.Name}}"),
        "volume": ("volume", "ls", "--quiet"),
        "image": ("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"),
    }
    return {kind: set(docker(*words).stdout.splitlines()) for kind, words in listings.items()}


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left(_everything_is_there: None) -> Iterator[None]:
    """Docker holds afterwards what it held before: no container, network, volume or image more, and none less."""
    before = resources()
    yield
    after = resources()
    for kind, names in before.items():
        assert not after[kind] ^ names, f"the tests left or took a {kind}: {', '.join(sorted(after[kind] ^ names))}"


def with_grafana(config: pytest.Config) -> bool:
    return not config.getoption("--without-grafana")


@pytest.fixture(scope="session")
def docker_compose_command() -> str:
    return process.render(find_compose())


@pytest.fixture(scope="session")
def docker_compose_file() -> str:
    return str(COMPOSE_FILE)


@pytest.fixture(scope="session")
def docker_compose_project_name() -> str:
    return PROJECT


@pytest.fixture(scope="session")
def docker_setup(pytestconfig: pytest.Config) -> Iterator[list[str]]:
    """Yield what starts the stack; afterwards see that nothing is left, also of a stack that did not come up."""
    profile = "--profile grafana " if with_grafana(pytestconfig) else ""
    yield [DOWN, f"{profile}up --detach --wait --wait-timeout {START_SECONDS}"]
    # The plugin takes down only what came up.
    print_unhealthy_logs(pytestconfig)
    compose(*DOWN.split())
    for kind in (["ps", "--all"], ["network", "ls"], ["volume", "ls"]):
        left = docker(*kind, "--quiet", "--filter", f"label=com.docker.compose.project={PROJECT}").stdout.split()
        assert not left, f"the stack left {len(left)} entries of docker {kind[0]}: remove {' '.join(left)} by hand"


@pytest.fixture(scope="session")
def docker_cleanup() -> list[str]:
    return [DOWN]


@pytest.fixture(scope="session")
def stack(docker_services: Services, request: pytest.FixtureRequest) -> Iterator[Services]:
    """The running stack; after a failure, its unhealthy containers' last lines are printed."""
    yield docker_services
    if request.session.testsfailed:
        print_unhealthy_logs(request.config)


def print_unhealthy_logs(config: pytest.Config) -> None:
    """Print the state of each container that is there, and the last lines of those that are not healthy."""
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        for line in compose("ps", "--all", "--format", "json").splitlines():
            found = json.loads(line)
            service, health = found["Service"], found.get("Health") or found["State"]
            console.print(f"{service}: {health}")
            if health not in ("healthy", "running"):
                console.print(compose("logs", "--no-color", "--tail", "50", service))


@pytest.fixture(scope="session")
def query(stack: Services) -> InstantQuery:
    """Run PromQL in the store's container, because the store listens for its siblings only."""

    def run(expression: str) -> list[Sample]:
        out = execute("prometheus", "promtool", "query", "instant", "-o", "json", "http://127.0.0.1:9090", expression)
        return parse({"status": "success", "data": {"result": json.loads(out)}})

    return run


@pytest.fixture(scope="session")
def ups(stack: Services) -> Callable[[float], dict[str, list[tuple[float, str]]]]:
    """Return the stored samples of `up` of each node over so many seconds, by the node's address."""

    def run(seconds: float) -> dict[str, list[tuple[float, str]]]:
        expression = f'up{{job="spcs-nodes"}}[{round(seconds)}s]'
        out = execute("prometheus", "promtool", "query", "instant", "-o", "json", "http://127.0.0.1:9090", expression)
        return {one["metric"]["instance"]: [(t, v) for t, v in one["values"]] for one in json.loads(out)}

    return run


@pytest.fixture(scope="session")
def admin(stack: Services) -> Callable[..., Any]:
    """Call the simulator's admin API, whose port is another one when the container comes back."""
    return lambda *words: admin_api.call(f"http://{compose('port', 'simulator', '8080').strip()}", *words)


@pytest.fixture(scope="session")
def logs(stack: Services) -> Callable[[str], str]:
    """Return everything that a service has logged."""
    return lambda service: compose("logs", "--no-color", "--no-log-prefix", service)
