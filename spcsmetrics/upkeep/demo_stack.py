"""The demo of the three images: brought up in Docker beside a simulated account, they stay until it is stopped."""

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import COMPOSE_FILE, relative
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.toolchain import compose_step, find_compose
from spcsmetrics.images import build
from spcsmetrics.images.definition import IMAGES, SIMULATOR_IMAGE
from spcsmetrics.local import running

PROJECT = "spcs-demo"
_OVERLAY = COMPOSE_FILE.with_name("demo.yaml")
# On two cores it takes a quarter of that.
_START_SECONDS = 180


def start(bases: str, *, dry: bool) -> None:
    """Build the images, start them, and say where they are; on local bases Grafana is left out.

    Raises:
        UserError: Docker or an image is missing, or a container did not become healthy.
    """
    build.check_bases(bases)
    with_grafana = bases == build.OFFICIAL
    images = [image for image in IMAGES.values() if with_grafana or image.key != "grafana"]

    def up() -> None:
        options = ["--detach", "--wait", "--wait-timeout", str(_START_SECONDS)]
        remedy = f"look at docker compose -p {PROJECT} logs, then ./inv demo.stop"
        process.run(_compose("up", *options, with_grafana=with_grafana), remedy=remedy)
        running.announce_stack(PROJECT, _address("simulator", "8080"))

    files = f"{relative(COMPOSE_FILE)} and {_OVERLAY.name}"
    steps = [
        *build.image_steps([*images, SIMULATOR_IMAGE], bases),
        compose_step(),
        Step(title="Start the stack", detail=f"docker compose -p {PROJECT} up, with {files}", action=up),
    ]
    carry_out(steps, dry=dry)
    if not dry:
        _say(with_grafana=with_grafana)


def stop(*, dry: bool) -> None:
    """Remove what start left: containers, network and volumes; the images stay."""

    def down() -> None:
        process.run(_compose("down", "--volumes", "--remove-orphans", "--timeout", "5", with_grafana=True))
        running.forget_stack()

    step = Step(title="Stop the stack", detail=f"docker compose -p {PROJECT} down --volumes", action=down)
    carry_out([compose_step(), step], dry=dry)


def _say(*, with_grafana: bool) -> None:
    store = _address("pause", "9092")
    boards = _address("pause", "3000") if with_grafana else f"./inv preview --prometheus {store}"
    console.print(f"  Boards      {boards}")
    console.print(f"  Prometheus  {store}/query?g0.expr=up")
    pool = running.find_demo(PROJECT).ask("GET", "/state")["pools"][0]["name"]
    console.print(f"  Now try     ./inv demo.suspend {pool}")
    console.print("  It stays until ./inv demo.stop")


def _address(service: str, port: str) -> str:
    found = process.run(_compose("port", service, port, with_grafana=True)).strip()
    if not found:
        raise UserError(
            f"the container {service} does not publish its port {port}: run ./inv demo.stop, then try again"
        )
    return f"http://{found}"


def _compose(*words: str, with_grafana: bool) -> Args:
    profile = ["--profile", "grafana"] if with_grafana else []
    files: Args = ["--file", COMPOSE_FILE, "--file", _OVERLAY]
    return [*find_compose(), "--project-name", PROJECT, *files, *profile, *words]
