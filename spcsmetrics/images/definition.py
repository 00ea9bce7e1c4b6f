"""The images: what each is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, GRAFANA, OTEL, PROMETHEUS, ROOT, SIMULATOR, THANOS
from spcsmetrics.core.steps import Step
from spcsmetrics.core.versions import SOURCE
from spcsmetrics.images import contents, contexts
from spcsmetrics.images.contexts import Platforms
from spcsmetrics.programs import collector, launcher, thanos

PLATFORM = "linux/amd64"  # the only one that Snowpark Container Services runs
TAG = "latest"
BAKE_FILE = ROOT / "docker-bake.hcl"


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image.

    key is the short name: of the image on a command line, of its target in docker-bake.hcl, and of its container in
    the service. base is its base's key in BASES, or None for an image from scratch. prepare gives the steps before
    its build context can be filled, which fill does, both for some platforms. program gives the Go program that was
    compiled for a platform.
    """

    key: str
    name: str
    dockerfile: Path
    base: str | None
    prepare: Callable[[Platforms], list[Step]] = contexts.prepare_nothing
    fill: Callable[[Path, Platforms], None]
    program: Callable[[str], Path] | None = None

    @property
    def reference(self) -> str:
        """Return the name with its tag."""
        return f"{self.name}:{TAG}"

    @property
    def context(self) -> Path:
        """Return the folder of its build context."""
        return BUILD / "images" / self.name


_OTEL = Image(
    key="otel",
    name="spcs-oss-otel",
    dockerfile=OTEL / "Dockerfile",
    base=None,
    prepare=contexts.prepare_otel,
    fill=contexts.fill_otel,
    program=collector.binary,
)
_PROMETHEUS = Image(
    key="prometheus",
    name="spcs-oss-prometheus",
    dockerfile=PROMETHEUS / "Dockerfile",
    base="prometheus",
    prepare=contexts.prepare_prometheus,
    fill=contexts.fill_prometheus,
    program=launcher.binary,
)
_GRAFANA = Image(
    key="grafana",
    name="spcs-oss-grafana",
    dockerfile=GRAFANA / "Dockerfile",
    base="grafana",
    fill=contexts.fill_grafana,
)
_THANOS = Image(
    key="thanos",
    name="spcs-oss-thanos",
    dockerfile=THANOS / "Dockerfile",
    base=None,
    prepare=contexts.prepare_thanos,
    fill=contexts.fill_thanos,
    program=thanos.binary,
)
# What one service is made of; the fourth shipped image is needed where several services are shown as one.
IMAGES = {image.key: image for image in (_OTEL, _PROMETHEUS, _GRAFANA)}
SHIPPED = {**IMAGES, _THANOS.key: _THANOS}
# Not shipped: the stack test's double of a Snowflake account.
SIMULATOR_IMAGE = Image(
    key="simulator",
    name="spcs-simulator",
    dockerfile=SIMULATOR / "Dockerfile",
    base="simulator",
    fill=contexts.fill_simulator,
)


def choose(only: str | None) -> list[Image]:
    """Return the image of this key, or those of one service without one. Raises UserError for a key that none has."""
    if not only:
        return list(IMAGES.values())
    if only not in SHIPPED:
        raise UserError(f"--only {only} is not an image: write one of {', '.join(SHIPPED)}")
    return [SHIPPED[only]]


def context_steps(image: Image, platforms: Platforms) -> list[Step]:
    """Return the steps that make an image's build context, and the list of what is inside a shipped one."""
    place = image.context.relative_to(ROOT)
    fill = Step(
        title=f"Fill the context of {image.name}",
        detail=str(place),
        action=lambda: contexts.make(image.context, image.dockerfile, image.fill, platforms),
    )
    steps = [*image.prepare(platforms), fill]
    if image.key in SHIPPED:
        programs = [image.program(platforms[0])] if image.program else []
        listed = str(contents.file(image.name).relative_to(ROOT))
        steps.append(
            Step(
                title=f"List what is inside {image.name}",
                detail=listed,
                action=lambda: contents.write(image.name, SOURCE, image.base, programs),
            )
        )
    return steps
