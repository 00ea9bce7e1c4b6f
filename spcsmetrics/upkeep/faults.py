"""A release with each fault: refused before anything is pushed, or finished by the next run."""

import base64
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import console
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images.definition import IMAGES, SHIPPED
from spcsmetrics.upkeep import outcome


@dataclass(kw_only=True)
class Stage:
    """A clone whose images are built, and a registry that wants a password; count numbers the namespaces."""

    clone: Path
    folder: Path
    target: str
    count: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def inv(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a task in the clone."""
        env = {**os.environ, **self.environment, **more}
        return subprocess.run(["./inv", *words], cwd=self.clone, env=env, capture_output=True, check=False, text=True)

    def release(self, namespace: str) -> subprocess.CompletedProcess[str]:
        """Run the release into a namespace of the registry."""
        return self.inv("release", "--registry", self.target, "--namespace", namespace)

    def log_in(self, password: str) -> None:
        """Leave a login as docker login does."""
        config = Path(self.environment["DOCKER_CONFIG"])
        config.mkdir(exist_ok=True)
        auth = base64.b64encode(f"writer:{password}".encode()).decode()
        (config / "config.json").write_text(json.dumps({"auths": {self.target: {"auth": auth}}}))

    def tags(self, namespace: str, tag: str = "*") -> list[Path]:
        """Return where the registry keeps each tag of a namespace, without a look at uploads, which come and go."""
        links = outcome.repositories(self.folder, namespace).glob(f"*/_manifests/tags/{tag}/current/link")
        return [link.parent.parent for link in links]


def rehearse(clone: Path, folder: Path, target: str) -> None:
    """Try every fault. Raises UserError for the first that does not end as it should."""
    environment = {"REHEARSAL": str(folder), "DOCKER_CONFIG": str(folder / "docker"), "PYTHONPATH": ""}
    stage = Stage(clone=clone, folder=folder, target=target, environment=environment)
    stage.log_in("its-password")
    expect(stage.inv("build", "--bases", "local"), "")
    expect(stage.inv("build", "--only", "thanos"), "")
    programs = clone / "build" / "bin"
    process.run(["cp", "-r", *sorted((folder / "programs").iterdir()), programs])
    python = clone / ".venv" / "bin" / "python"
    support = {"PYTHONPATH": f"{clone}:{clone / 'tests' / 'support'}"}
    process.run([python, "-m", "standins"], cwd=clone, env=support)
    _refuse(
        stage, "no database", lambda: stage.inv("scan", REHEARSAL_NO_DATABASE="1"), "grype's database cannot be had"
    )
    _refuse(stage, "no scan", lambda: None, "was not scanned")
    expect(stage.inv("scan"), "")
    _refuse_each(stage)
    _kill(stage)


def _refuse_each(stage: Stage) -> None:
    grafana = IMAGES["grafana"].reference
    process.run(["docker", "tag", grafana, "spcs-kept:grafana"])
    try:
        process.run(["docker", "rmi", grafana])
        _refuse(stage, "missing image", lambda: None, "is not on this machine")
        _build_stale(stage.folder, grafana)
        _refuse(stage, "stale image", lambda: None, "is of version 0.0.0 and not")
        process.run(["docker", "rmi", grafana])
    finally:
        process.run(["docker", "tag", "spcs-kept:grafana", grafana])
        process.run(["docker", "rmi", "spcs-kept:grafana"])
    changed = stage.clone / "README.md"
    text = changed.read_text()
    changed.write_text(text + "\n")
    _refuse(stage, "changed file", lambda: None, "files differ from the commit")
    changed.write_text(text)
    stage.log_in("wrong-password")
    _refuse(stage, "wrong password", lambda: None, "log in with docker login")
    stage.log_in("its-password")
    _take(stage)


def _take(stage: Stage) -> None:
    """Try a release of a version under which one repository holds another image."""
    taken = f"{stage.target}/taken/{IMAGES['grafana'].name}:{PRODUCT}"
    process.run(["docker", "tag", IMAGES["otel"].reference, taken])
    process.run(["docker", "push", "--quiet", taken], env=stage.environment)
    process.run(["docker", "rmi", "--no-prune", taken])
    expect(stage.release("taken"), "is another image already")
    if len(stage.tags("taken")) != 1:
        raise UserError("a release of a version that is taken was refused after something was pushed: check it before")
    console.print("- taken tag: refused before anything was pushed")


def _build_stale(folder: Path, reference: str) -> None:
    context = folder / "stale"
    context.mkdir()
    (context / "Dockerfile").write_text(
        "FROM scratch\nLABEL org.opencontainers.image.version=0.0.0\nCOPY Dockerfile /\n"
    )
    process.run(["docker", "build", "--quiet", "--tag", reference, context])


def _refuse(
    stage: Stage, name: str, first: Callable[[], subprocess.CompletedProcess[str] | None], sentence: str
) -> None:
    """Try a release that must be refused before anything is pushed, after something that may fail itself."""
    stage.count += 1
    namespace = f"fault-{stage.count}"
    before = first()
    if before is not None:
        expect(before, sentence)
        sentence = "was not scanned"
    expect(stage.release(namespace), sentence)
    if stage.tags(namespace):
        raise UserError(f"a release with {name} was refused after something was pushed: check it before")
    console.print(f"- {name}: refused before anything was pushed")


def _kill(stage: Stage) -> None:
    """Kill a release when its first image is there, and let the next run finish it."""
    command = ["./inv", "release", "--registry", stage.target, "--namespace", "killed"]
    env = {**os.environ, **stage.environment}
    with subprocess.Popen(command, cwd=stage.clone, env=env, stderr=subprocess.PIPE, text=True) as running:
        for _ in range(1200):
            if stage.tags("killed") or running.poll() is not None:
                break
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)
    latest = stage.tags("killed", "latest")
    if running.returncode != -signal.SIGKILL or latest:
        raise UserError("a release could not be killed before it moved latest: rehearse again")
    done = stage.release("killed")
    expect(done, "")
    if len(stage.tags("killed", "latest")) != len(SHIPPED) or "up to date" not in done.stderr:
        raise UserError(f"a release that was killed was not finished by the next run: {_last(done.stderr)}")
    console.print(f"- killed in the middle: the next run finished {PRODUCT}")


def expect(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    """Raise UserError unless a task ended well, or with this sentence."""
    if bool(done.returncode) != bool(sentence) or sentence not in done.stderr or "Traceback" in done.stderr:
        wanted = f"fail with {sentence!r}" if sentence else "end well"
        raise UserError(f"{' '.join(map(str, done.args))} did not {wanted}: {_last(done.stderr)}")


def _last(text: str) -> str:
    return re.sub(r"\s+", " ", text)[-500:]
