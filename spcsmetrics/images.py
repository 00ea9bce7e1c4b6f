"""The images: what each is made of, and the build contexts, made outside Docker so that no build needs a network."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import certifi

from spcsmetrics import collector, doctor, process
from spcsmetrics.errors import UserError
from spcsmetrics.paths import BUILD, GRAFANA, LOCKS, OTEL, PROMETHEUS, ROOT, SIMULATOR
from spcsmetrics.plan import Step
from spcsmetrics.process import Args
from spcsmetrics.toolchain import go_environment, go_step
from spcsmetrics.versions import BASES

PLATFORM = "linux/amd64"  # the only one that Snowpark Container Services runs
TAG = "latest"
LAUNCHER = BUILD / "prometheus" / "launcher"


@dataclass(frozen=True)
class Image:
    """One image: its name and Dockerfile, and the base's key in BASES, or None for an image from scratch.

    prepare gives the steps before its build context can be filled, which fill does.
    """

    name: str
    dockerfile: Path
    base: str | None
    prepare: Callable[[], list[Step]]
    fill: Callable[[Path], None]

    @property
    def reference(self) -> str:
        """Return the name with its tag."""
        return f"{self.name}:{TAG}"


def _fill_otel(context: Path) -> None:
    programs = (collector.BINARY, collector.HEALTHCHECK, doctor.BINARY)
    for file in (*programs, collector.CONFIG, collector.EVENT_TABLE_CONFIG):
        shutil.copy(file, context)
    for program in programs:
        (context / program.name).chmod(0o755)
    shutil.copy(certifi.where(), context / "ca-certificates.crt")
    (context / "ca-certificates.crt").chmod(0o644)


def _fill_prometheus(context: Path) -> None:
    for file in (LAUNCHER, PROMETHEUS / "prometheus.yml"):
        shutil.copy(file, context)
    (context / LAUNCHER.name).chmod(0o755)
    shutil.copytree(PROMETHEUS / "rules", context / "rules")


def _fill_grafana(context: Path) -> None:
    shutil.copy(GRAFANA / "grafana.ini", context)
    for folder in ("provisioning", "alerting", "dashboards"):
        shutil.copytree(GRAFANA / folder, context / folder)


def _fill_simulator(context: Path) -> None:
    for package in (SIMULATOR, ROOT / "spcsmetrics"):
        shutil.copytree(package, context / package.name, ignore=shutil.ignore_patterns("__pycache__", "Dockerfile"))
    platforms = ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64")
    command: list[str | Path] = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11"]
    for platform in platforms:
        command += ["--platform", platform]
    command += ["--target", context / "site-packages", "-r", LOCKS / "simulator.txt"]
    process.run(command, remedy="check the network or pip's index setting")


def _prepare_otel() -> list[Step]:
    return [*collector.build_steps(), *doctor.build_steps()]


def _prepare_prometheus() -> list[Step]:
    command: Args = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", LAUNCHER, "."]
    build = Step(
        "Build the launcher",
        f"go build -> {LAUNCHER.relative_to(ROOT)}",
        lambda: process.run(command, cwd=PROMETHEUS / "launcher", env=go_environment(), remedy="read the last lines"),
    )
    return [go_step(), build]


def _none() -> list[Step]:
    return []


IMAGES = {
    "otel": Image("spcs-oss-otel", OTEL / "Dockerfile", None, _prepare_otel, _fill_otel),
    "prometheus": Image(
        "spcs-oss-prometheus", PROMETHEUS / "Dockerfile", "prometheus", _prepare_prometheus, _fill_prometheus
    ),
    "grafana": Image("spcs-oss-grafana", GRAFANA / "Dockerfile", "grafana", _none, _fill_grafana),
}
# Not shipped: the stack test's double of a Snowflake account.
SIMULATOR_IMAGE = Image("spcs-simulator", SIMULATOR / "Dockerfile", "simulator", _none, _fill_simulator)


def build_steps(image: Image, base: str | None) -> list[Step]:
    """Return the steps that build one image on a base, given by its reference."""
    context = BUILD / "images" / image.name
    command: list[str | Path] = [
        "docker",
        "build",
        "--quiet",
        "--platform",
        PLATFORM,
        "--tag",
        image.reference,
        "--file",
        image.dockerfile,
    ]
    if base:
        command += ["--build-arg", f"BASE={base}"]
    command.append(context)

    def build() -> None:
        shutil.rmtree(context, ignore_errors=True)
        context.mkdir(parents=True)
        image.fill(context)
        process.run(command, remedy=_remedy(base))

    return [*image.prepare(), Step(f"Build the image {image.reference}", process.render(command), build)]


def _remedy(base: str | None) -> str:
    if base in BASES.values():
        return f"when the base {base} cannot be pulled from here, --bases local builds what can be built without it"
    return "read the last lines"


def check_docker() -> None:
    """Raise UserError when there is no Docker daemon to talk to."""
    import docker  # noqa: PLC0415 - slow to import
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        client = docker.from_env(timeout=10)
        client.ping()
        client.close()
    except DockerException as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"no Docker daemon answers: install or start Docker, then run it again ({reason})") from error


def docker_step() -> Step:
    """Return the step that finds the Docker daemon."""
    return Step("Find the Docker daemon", "docker version", check_docker)
