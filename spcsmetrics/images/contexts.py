"""The build contexts of the images, made outside Docker so that no build needs a network or a compiler.

What depends on the platform lies in a folder of the architecture's name, which the Dockerfiles take by TARGETARCH.
"""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import certifi

from spcsmetrics.core import git, process
from spcsmetrics.core.paths import GRAFANA, LOCKS, MONITORING, PROMETHEUS, ROOT, SIMULATOR
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_step
from spcsmetrics.programs import collector, launcher, licences, thanos

Platforms = Sequence[str]


def prepare_otel(platforms: Platforms) -> list[Step]:
    """Return the steps that compile the collector, which is the doctor and the health check, too."""
    return [step for target in platforms for step in collector.build_steps(target)]


def prepare_prometheus(platforms: Platforms) -> list[Step]:
    """Return the steps that compile the launcher."""
    return [go_step(), *map(launcher.build_step, platforms)]


def prepare_thanos(platforms: Platforms) -> list[Step]:
    """Return the steps that compile Thanos and its launcher."""
    return [step for target in platforms for step in (*thanos.build_steps(target), thanos.launcher_step(target))]


def prepare_nothing(_: Platforms) -> list[Step]:
    """Return an empty list: the context needs nothing built before it."""
    return []


def fill_otel(context: Path, platforms: Platforms) -> None:
    """Put in the programs, the configuration, the authorities to trust and the licences."""
    for target in platforms:
        program = collector.binary(target)
        _copy_programs(context, target, program)
        for name in collector.NAMES:
            (context / _architecture(target) / name).symlink_to(program.name)
    for file in (collector.CONFIG, collector.EVENT_TABLE_CONFIG, collector.SERVICES_CONFIG, collector.CENTRAL_CONFIG):
        shutil.copy(file, context)
    shutil.copy(certifi.where(), context / "ca-certificates.crt")
    (context / "ca-certificates.crt").chmod(0o644)
    (context / "LICENSES").write_text(licences.collect(collector.binary(platforms[0])))
    shutil.copy(ROOT / "LICENSE", context)


def fill_prometheus(context: Path, platforms: Platforms) -> None:
    """Put in the launcher with its licences, the configuration and the rules; the base brings its own."""
    for target in platforms:
        _copy_programs(context, target, launcher.binary(target))
    shutil.copy(PROMETHEUS / "prometheus.yml", context)
    shutil.copytree(PROMETHEUS / "rules", context / "rules")
    (context / "LICENSES").write_text(licences.collect(launcher.binary(platforms[0])))
    shutil.copy(ROOT / "LICENSE", context)


def fill_grafana(context: Path, _: Platforms) -> None:
    """Put in configuration, provisioning and boards; the base brings its own licences."""
    shutil.copy(GRAFANA / "grafana.ini", context)
    for folder in ("provisioning", "alerting", "view", "dashboards"):
        shutil.copytree(GRAFANA / folder, context / folder)
    shutil.copy(ROOT / "LICENSE", context)


def fill_thanos(context: Path, platforms: Platforms) -> None:
    """Put in the programs and the licences."""
    for target in platforms:
        _copy_programs(context, target, thanos.binary(target), thanos.launcher(target))
    (context / "LICENSES").write_text(licences.collect(thanos.binary(platforms[0])))
    shutil.copy(ROOT / "LICENSE", context)


def fill_simulator(context: Path, _: Platforms) -> None:
    """Put in the simulator and what it needs, as wheels for the image's Python."""
    for package in (SIMULATOR, MONITORING):
        shutil.copytree(package, context / package.name, ignore=shutil.ignore_patterns("__pycache__", "Dockerfile"))
    tags = ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64")
    command: list[str | Path] = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11"]
    for tag in tags:
        command += ["--platform", tag]
    command += ["--target", context / "site-packages", "-r", LOCKS / "simulator.txt"]
    process.run(command, remedy="check the network or pip's index setting")


def _architecture(target: str) -> str:
    return target.partition("/")[2]


def _copy_programs(context: Path, target: str, *programs: Path) -> None:
    folder = context / _architecture(target)
    folder.mkdir()
    for program in programs:
        shutil.copy(program, folder)
        (folder / program.name).chmod(0o755)


def make(context: Path, dockerfile: Path, fill: Callable[[Path, Platforms], None], platforms: Platforms) -> None:
    """Make a context anew, with its Dockerfile, and with the time of the commit on every file."""
    shutil.rmtree(context, ignore_errors=True)
    context.mkdir(parents=True)
    fill(context, platforms)
    shutil.copy(dockerfile, context / "Dockerfile")
    epoch = int(git.source_date())
    for path in (context, *context.rglob("*")):
        os.utime(path, (epoch, epoch), follow_symlinks=False)
