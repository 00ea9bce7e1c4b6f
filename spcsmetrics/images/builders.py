"""The two builders: bake where Docker has buildx, and the classic one, which builds the same from the same contexts."""

import shutil
from collections.abc import Sequence

from spcsmetrics.core import git, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.process import Args
from spcsmetrics.core.versions import PRODUCT, SOURCE
from spcsmetrics.images import official_bases
from spcsmetrics.images.definition import BAKE_FILE, PLATFORM, Image


def has_buildx() -> bool:
    """Return whether Docker has buildx, whose bake reads docker-bake.hcl."""
    if shutil.which("docker") is None:
        return False
    try:
        process.run(["docker", "buildx", "version"])
    except UserError:
        return False
    return True


def bake_command(targets: Sequence[str], *options: str) -> Args:
    """Return the command that bakes some targets."""
    return ["docker", "buildx", "bake", "--file", BAKE_FILE.name, *options, *targets]


def bake_environment() -> dict[str, str]:
    """Return the variables of docker-bake.hcl, and the time that stands for the build's."""
    return {
        "VERSION": PRODUCT,
        "REVISION": git.revision(),
        "PROMETHEUS_BASE": official_bases.reference("prometheus"),
        "GRAFANA_BASE": official_bases.reference("grafana"),
        "SBOM_GENERATOR": official_bases.pinned(official_bases.SBOM_GENERATOR),
        "SOURCE_DATE_EPOCH": git.source_date(),
    }


def classic_command(image: Image, base: str | None) -> Args:
    """Return the command that builds one image with the classic builder, as docker-bake.hcl has it."""
    command = ["docker", "build", "--quiet", "--platform", PLATFORM, "--tag", image.reference]
    for name, value in labels().items():
        command += ["--label", f"{name}={value}"]
    if base:
        command += ["--build-arg", f"BASE={base}"]
    return [*command, image.context]


def labels() -> dict[str, str]:
    """Return the labels that say what an image was made from; the Dockerfiles have the others."""
    prefix = "org.opencontainers.image"
    return {f"{prefix}.version": PRODUCT, f"{prefix}.revision": git.revision(), f"{prefix}.source": SOURCE}
