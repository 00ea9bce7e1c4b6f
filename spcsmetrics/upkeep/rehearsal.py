"""The workflows on this machine, with act: on a clean clone, with stand-ins for what only hosted services have."""

import contextlib
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from spcsmetrics.core import git, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.toolchain import go_step
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import daemon, local_registry
from spcsmetrics.images.definition import IMAGES
from spcsmetrics.programs.tools import TOOLS, tool, tool_step
from spcsmetrics.upkeep import faults, outcome

WORKFLOWS = ("ci", "release")
FOLDER = BUILD / "rehearsal"
CLONE = FOLDER / "clone"
STANDINS = ROOT / "tests" / "rehearsal"
# The user of the registry, as htpasswd writes it.
USER, PASSWORD = "writer", "its-password"
_USERS = "writer:$2b$04$hP8nKQ3N4yGxxl.4L8I5/uNGuBOdyYOjttWPngq3zmkC6kqkh8e4a\n"
# What this machine cannot have: Grafana's image, and Docker Hub.
CHANGES = {
    "ci": (("--require-grafana --pictures build/pictures", "--bases local"),),
    "release": (
        ("--require-grafana --source", "--bases local --source"),
        ('--registry docker.io --namespace "$NAMESPACE"', '--registry "$TARGET" --namespace "$NAMESPACE"'),
    ),
}
_REGISTRIES = "localhost:"
_AUTHOR = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@example.com")


def run_rehearsal(only: str, *, dry: bool) -> None:
    """Run both workflows, or one of them, and after the release one a release with each fault.

    Raises UserError where one does not end as it should.
    """
    if only and only not in WORKFLOWS:
        raise UserError(f"--only {only} is not a workflow: write one of {', '.join(WORKFLOWS)}")
    prepare = Step(
        title="Clone the commit, and put the stand-ins beside it",
        detail=str(FOLDER.relative_to(ROOT)),
        action=make_clone,
    )
    steps = [daemon.check_step(), go_step(), tool_step("act"), tool_step("registry"), prepare]
    rehearsals = {"ci": _ci_step, "release": _release_step}
    steps += [rehearsals[name]() for name in ((only,) if only else WORKFLOWS)]
    carry_out(steps, dry=dry)


def make_clone() -> None:
    """Clone the commit as it is, tag it as the version, and put changed workflows beside it.

    They lack what this machine cannot have; the clone keeps its own, because its tests read them.
    """
    if git.revision().endswith("-changed"):
        raise UserError("files differ from the commit, which alone is rehearsed: commit first")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    process.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, CLONE])
    process.run(["git", "tag", "--force", f"v{PRODUCT}"], cwd=CLONE)
    (FOLDER / "workflows").mkdir()
    for name, changes in CHANGES.items():
        text = (CLONE / ".github" / "workflows" / f"{name}.yml").read_text()
        (FOLDER / "workflows" / f"{name}.yml").write_text(change(text, changes, name))
    for folder in ("bin", "python", "programs"):
        shutil.copytree(STANDINS / folder, FOLDER / folder)
    for program in (FOLDER / "programs").iterdir():
        program.with_name(f"{program.name}.sha256").write_text(TOOLS[program.name][2])


def change(text: str, changes: tuple[tuple[str, str], ...], name: str) -> str:
    """Return a workflow with some words replaced. Raises UserError where one does not stand there exactly once."""
    for old, new in changes:
        if text.count(old) != 1:
            raise UserError(
                f"{name}.yml has {old!r} {text.count(old)} times: change it in spcsmetrics/upkeep/rehearsal.py"
            )
        text = text.replace(old, new)
    return text


def actions() -> Iterator[tuple[str, Path]]:
    """Yield each action that the workflows use, as owner/name@commit, with a repository that stands in for it."""
    text = "".join(file.read_text() for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")))
    for used in sorted(set(re.findall(r"uses: (\S+@[0-9a-f]{40})", text))):
        source = STANDINS / "actions" / used.partition("@")[0].replace("/", "+")
        if not source.exists():
            raise UserError(f"{used} has no stand-in: write {source.relative_to(ROOT)}/action.yml")
        place = FOLDER / "actions" / source.name
        if not place.exists():
            shutil.copytree(source, place)
            process.run(["git", "init", "--quiet"], cwd=place)
            process.run(["git", "add", "."], cwd=place)
            process.run(["git", *_AUTHOR, "commit", "--quiet", "--message", "Stand in"], cwd=place)
        yield used, place


def _act(workflow: str, reference: str, environment: Mapping[str, str], *words: str) -> None:
    event = FOLDER / "event.json"
    event.write_text(json.dumps({"ref": reference}))
    command: Args = [tool("act"), "push", "--workflows", FOLDER / "workflows" / f"{workflow}.yml", "--eventpath", event]
    # Where the jobs work; the caches of Go and pip stay this machine's.
    command = [*command, "--action-cache-path", FOLDER / "work", "--no-cache-server"]
    # Elsewhere a job has a machine for itself: its ports, its simulated nodes and its processors.
    command = [*command, "--concurrent-jobs", "1"]
    command = [*command, "--platform", "ubuntu-24.04=-self-hosted", *words]
    for name, value in {"REHEARSAL": FOLDER, "PYTHONPATH": FOLDER / "python", "TERM": "dumb", **environment}.items():
        command = [*command, "--env", f"{name}={value}"]
    for used, place in actions():
        command = [*command, "--local-repository", f"{used}={place}"]
    path = f"{FOLDER / 'bin'}:{os.environ['PATH']}"
    try:
        code = process.stream(command, cwd=CLONE, env={"PATH": path})
    finally:
        end_programs(FOLDER / "work")
    if code != 0:
        raise UserError(f"the rehearsal of {workflow}.yml failed: read its report above")


def end_programs(folder: Path) -> None:
    """End every program of a folder that still runs, as a hosted runner does when a job is over."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if file.read_bytes().startswith(f"{folder}/".encode()):
                os.kill(int(file.parent.name), signal.SIGTERM)


def _ci_step() -> Step:
    python = f"python:{sys.version_info.major}.{sys.version_info.minor}"
    return Step(
        title="Rehearse ci.yml",
        detail=f"act push --matrix {python}",
        action=lambda: _act("ci", "refs/heads/main", {}, "--matrix", python),
        stream=True,
    )


def _release_step() -> Step:
    def rehearse() -> None:
        with open_target() as target:
            environment = {"TARGET": target, "DOCKER_CONFIG": str(FOLDER / "docker")}
            words = ("--var", f"DOCKERHUB_USER={USER}", "--var", "DOCKERHUB_NAMESPACE=acme")
            secret = FOLDER / "secrets"
            secret.write_text(f"DOCKERHUB_TOKEN={PASSWORD}\n")
            _act("release", f"refs/tags/v{PRODUCT}", environment, *words, "--secret-file", str(secret))
            console.print(f"- Released to {target}/acme: {outcome.check(FOLDER, 'acme')}")
            faults.rehearse(CLONE, FOLDER, target)

    return Step(
        title="Rehearse release.yml, and a release with each fault",
        detail=f"act push v{PRODUCT}",
        action=rehearse,
        stream=True,
    )


@contextmanager
def open_target() -> Iterator[str]:
    """Yield the address of a registry that wants a password to read and to write; it leaves nothing behind."""
    users = FOLDER / "users"
    users.write_text(_USERS)
    address = local_registry.start_registry(FOLDER / "target", users)
    grafana = IMAGES["grafana"].reference
    before = daemon.find_all(_REGISTRIES)
    shipped = daemon.find_id(grafana) if daemon.holds(grafana) else ""
    try:
        yield address
    finally:
        local_registry.stop_registry(FOLDER / "target")
        # With the registries their images' names go, and what stood in for Grafana.
        daemon.forget(daemon.find_all(_REGISTRIES) - before)
        if shipped:
            process.run(["docker", "tag", f"sha256:{shipped}", grafana])
        else:
            daemon.forget([grafana])
