"""What the task build does: which images, on which bases, by which builder."""

from collections.abc import Iterable

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.versions import BASES
from spcsmetrics.images import builders, daemon, definition, local_bases, official_bases
from spcsmetrics.images.definition import IMAGES, PLATFORM, SHIPPED, Image

OFFICIAL, LOCAL = "official", "local"
BASE_KINDS = (OFFICIAL, LOCAL)


def check_bases(bases: str) -> None:
    """Raise UserError unless bases is a kind that exists."""
    if bases not in BASE_KINDS:
        raise UserError(f"--bases {bases} is not known: write one of {', '.join(BASE_KINDS)}")


def image_steps(wanted: Iterable[Image], bases: str) -> list[Step]:
    """Return the steps that build these images; official bases are pulled, local ones are made here."""
    wanted = list(wanted)
    named = [BASES[image.base] for image in wanted if image.base]
    steps = [daemon.check_step()]
    if bases == OFFICIAL and named:
        steps.append(official_bases.find_step(named))
    for image in wanted:
        if image.base and bases == LOCAL:
            steps += local_bases.build_steps(image.base)
        steps += [*definition.context_steps(image, [PLATFORM]), _build_step(image, bases)]
    return steps


def _build_step(image: Image, bases: str) -> Step:
    def build() -> None:
        # Only now is the digest of the base known.
        command, remedy = _command(image, bases)
        process.run(command, cwd=ROOT, env=builders.bake_environment(), remedy=remedy)

    return Step(
        title=f"Build the image {image.reference}", detail=process.render(_command(image, bases)[0]), action=build
    )


def _command(image: Image, bases: str) -> tuple[Args, str]:
    """Return the command that builds an image, and what to do when it fails."""
    base, remedy = _base(image, bases)
    # docker-bake.hcl has the shipped images alone, on their official bases.
    if image.key in SHIPPED and (bases == OFFICIAL or not image.base) and builders.has_buildx():
        return builders.bake_command([image.key], "--load"), remedy
    return builders.classic_command(image, base), remedy


def _base(image: Image, bases: str) -> tuple[str | None, str]:
    """Return what an image is built on, and what to do when its build fails."""
    if not image.base:
        return None, "read the last lines"
    if bases == LOCAL:
        return local_bases.REFERENCES[image.base], "read the last lines"
    base = official_bases.reference(image.base)
    return base, (
        f"when the base {base} cannot be pulled from here, {official_bases.MIRROR} names a mirror, and --bases local"
        " builds what can be built without it"
    )


def build_images(only: str | None, bases: str, *, dry: bool) -> None:
    """Build a service's images, or one image. Raises UserError for names that do not exist and for a failed build."""
    check_bases(bases)
    wanted = definition.choose(only)
    if bases == LOCAL and IMAGES["grafana"] in wanted:
        if only:
            raise UserError(
                "grafana cannot be built on a local base: it has only its official image, so leave --bases out"
            )
        console.print("- Leaving grafana out: it has only its official base image")
        wanted.remove(IMAGES["grafana"])
    carry_out(image_steps(wanted, bases), dry=dry)
