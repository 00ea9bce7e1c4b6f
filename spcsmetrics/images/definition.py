"""The images: what each is made of, and the steps that build them, by bake or by the classic builder."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spcsmetrics.core import git, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, GRAFANA, OTEL, PROMETHEUS, ROOT, SIMULATOR
from spcsmetrics.core.steps import Step
from spcsmetrics.core.versions import BASES, PRODUCT
from spcsmetrics.images import contexts, official_bases
from spcsmetrics.images.contexts import Platforms

PLATFORM = "linux/amd64"  # the only one that Snowpark Container Services runs
TAG = "latest"
SOURCE = "https://github.com/spcs-user-metrics/spcs-user-metrics"
BAKE_FILE = ROOT / "docker-bake.hcl"


@dataclass(frozen=True)
class Image:
    """One image: its name and Dockerfile, and the base's key in BASES, or None for an image from scratch.

    prepare gives the steps before its build context can be filled, which fill does, both for some platforms.
    """

    name: str
    dockerfile: Path
    base: str | None
    prepare: Callable[[Platforms], list[Step]]
    fill: Callable[[Path, Platforms], None]

    @property
    def reference(self) -> str:
        """Return the name with its tag."""
        return f"{self.name}:{TAG}"

    @property
    def context(self) -> Path:
        """Return the folder of its build context."""
        return BUILD / "images" / self.name


IMAGES = {
    "otel": Image("spcs-oss-otel", OTEL / "Dockerfile", None, contexts.prepare_otel, contexts.fill_otel),
    "prometheus": Image(
        "spcs-oss-prometheus",
        PROMETHEUS / "Dockerfile",
        "prometheus",
        contexts.prepare_prometheus,
        contexts.fill_prometheus,
    ),
    "grafana": Image(
        "spcs-oss-grafana", GRAFANA / "Dockerfile", "grafana", contexts.prepare_nothing, contexts.fill_grafana
    ),
}
# Not shipped: the stack test's double of a Snowflake account.
SIMULATOR_IMAGE = Image(
    "spcs-simulator", SIMULATOR / "Dockerfile", "simulator", contexts.prepare_nothing, contexts.fill_simulator
)


def context_steps(image: Image, platforms: Platforms) -> list[Step]:
    """Return the steps that make an image's build context."""
    place = image.context.relative_to(ROOT)
    fill = Step(
        f"Fill the context of {image.name}",
        str(place),
        lambda: contexts.make(image.context, image.dockerfile, image.fill, platforms),
    )
    return [*image.prepare(platforms), fill]


def build_steps(image: Image, base: str | None) -> list[Step]:
    """Return the steps that build one image for this project's own use, on a base given by its reference."""
    part = next((part for part, one in IMAGES.items() if one is image), "")
    baked = part and base in (None, *(official_bases.reference(key) for key in BASES)) and has_buildx()
    command = bake_command([part], "--load") if baked else classic_command(image, base, [image.reference])
    build = Step(
        f"Build the image {image.reference}",
        process.render(command),
        lambda: process.run(command, cwd=ROOT, env=build_environment(), remedy=_remedy(base)),
    )
    return [*context_steps(image, [PLATFORM]), build]


def has_buildx() -> bool:
    """Tell whether Docker has buildx, whose bake reads docker-bake.hcl."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False).returncode == 0


def bake_command(targets: Sequence[str], *options: str) -> list[str | Path]:
    """Return the command that bakes some targets."""
    return ["docker", "buildx", "bake", "--file", BAKE_FILE.name, *options, *targets]


def classic_command(image: Image, base: str | None, references: Sequence[str]) -> list[str | Path]:
    """Return the command that builds one image with the classic builder, as docker-bake.hcl has it."""
    command: list[str | Path] = ["docker", "build", "--quiet", "--platform", PLATFORM]
    for reference in references:
        command += ["--tag", reference]
    for name, value in labels().items():
        command += ["--label", f"{name}={value}"]
    if base:
        command += ["--build-arg", f"BASE={base}"]
    return [*command, image.context]


def labels() -> dict[str, str]:
    """Return the labels that tell what an image was made from; the Dockerfiles have the others."""
    prefix = "org.opencontainers.image"
    return {f"{prefix}.version": PRODUCT, f"{prefix}.revision": git.revision(), f"{prefix}.source": SOURCE}


def build_environment() -> dict[str, str]:
    """Return the variables of docker-bake.hcl, and the time that stands for the build's."""
    return {
        "VERSION": PRODUCT,
        "REVISION": git.revision(),
        "PROMETHEUS_BASE": official_bases.reference("prometheus"),
        "GRAFANA_BASE": official_bases.reference("grafana"),
        "SBOM_GENERATOR": official_bases.mirrored(official_bases.SBOM_GENERATOR),
        "SOURCE_DATE_EPOCH": git.source_date(),
    }


def _remedy(base: str | None) -> str:
    if base in {official_bases.reference(key) for key in BASES}:
        return (
            f"when the base {base} cannot be pulled from here, {official_bases.MIRROR} names a mirror, and --bases"
            " local builds what can be built without it"
        )
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
