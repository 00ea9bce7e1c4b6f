"""What the task build does: which images, on which bases."""

from collections.abc import Iterable

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.images import definition
from spcsmetrics.images import official_bases as official
from spcsmetrics.images.definition import IMAGES, Image

BASE_KINDS = ("official", "local")


def check_bases(bases: str) -> None:
    """Raise UserError unless bases is a kind that exists."""
    if bases not in BASE_KINDS:
        raise UserError(f"--bases {bases} is not known: write one of {', '.join(BASE_KINDS)}")


def image_steps(wanted: Iterable[Image], bases: str) -> list[Step]:
    """Return the steps that build these images; official bases are pulled, local ones are made here."""
    steps = [definition.docker_step()]
    for image in wanted:
        base = official.reference(image.base) if image.base else None
        if image.base and bases == "local":
            from spcsmetrics.images import local_bases  # noqa: PLC0415 - slow to import

            steps += local_bases.build_steps(image.base)
            base = local_bases.REFERENCES[image.base]
        steps += definition.build_steps(image, base)
    return steps


def build_images(only: str | None, bases: str, *, dry: bool) -> None:
    """Build all images, or one of them. Raises UserError for names that do not exist and for a failed build."""
    check_bases(bases)
    if only is not None and only not in IMAGES:
        raise UserError(f"--only {only} is not an image: write one of {', '.join(IMAGES)}")
    names = [only] if only else list(IMAGES)
    if bases == "local" and "grafana" in names:
        if only:
            raise UserError(
                "grafana cannot be built on a local base: it has only its official image, so leave --bases out"
            )
        console.print("- Leaving grafana out: it has only its official base image")
        names.remove("grafana")
    carry_out(image_steps([IMAGES[name] for name in names], bases), dry=dry)
