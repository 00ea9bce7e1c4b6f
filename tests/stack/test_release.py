"""A release into a registry of this machine, and bases from one, as where Docker Hub is out of reach."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from spcsmetrics.core import ports
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.versions import BASES, PRODUCT
from spcsmetrics.images import local_bases
from spcsmetrics.images.daemon import fetch_digest
from spcsmetrics.images.definition import IMAGES
from spcsmetrics.images.official_bases import MIRROR

CONFIG = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


def run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*words], capture_output=True, check=False, text=True, cwd=ROOT, env={**os.environ, **(env or {})}
    )


def inv(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "spcsmetrics.tasks", *words, env=env)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the distribution registry, and return its address."""
    program = shutil.which("docker-registry") or shutil.which("registry")
    if program is None:
        pytest.skip("there is no docker-registry on the PATH: install Debian's package of that name")
    folder, port = tmp_path_factory.mktemp("registry"), ports.find_free()
    config = folder / "config.yml"
    config.write_text(CONFIG.format(folder=folder / "data", port=port))
    with subprocess.Popen(
        [program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        for _ in range(100):
            try:
                requests.get(f"http://127.0.0.1:{port}/v2/", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield f"127.0.0.1:{port}"
        server.terminate()


def catalog(registry: str) -> dict[str, list[str]]:
    """Return the tags of each repository."""
    names = requests.get(f"http://{registry}/v2/_catalog", timeout=5).json()["repositories"]
    return {name: requests.get(f"http://{registry}/v2/{name}/tags/list", timeout=5).json()["tags"] for name in names}


@pytest.mark.parametrize("part", ["otel", "prometheus"])
def test_an_image_is_released_verified_and_pulled_back_as_it_was(registry: str, part: str, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    words = ["release", "--registry", registry, "--namespace", "acme", "--only", part]
    done = inv(*words, "--outputs", str(outputs))
    assert done.returncode == 0, done.stderr
    name = IMAGES[part].name
    assert set(catalog(registry)[f"acme/{name}"]) == {PRODUCT, "0.1", "latest"}
    digest = outputs.read_text().strip().removeprefix(f"{part}=")
    assert digest.startswith("sha256:")
    assert digest in (ROOT / "build" / "release" / "notes.md").read_text()
    image = run("docker", "image", "inspect", "--format", "{{.Id}}", IMAGES[part].reference).stdout
    for tag in (PRODUCT, "0.1", "latest"):
        run("docker", "rmi", f"{registry}/acme/{name}:{tag}")
    assert run("docker", "pull", f"{registry}/acme/{name}@{digest}").returncode == 0
    pulled = f"{registry}/acme/{name}@{digest}"
    assert run("docker", "image", "inspect", "--format", "{{.Id}}", pulled).stdout == image
    run("docker", "rmi", pulled)


def test_what_was_released_to_one_place_is_copied_to_another_as_it_is(registry: str) -> None:
    assert inv("release", "--registry", registry, "--namespace", "staging", "--only", "otel").returncode == 0
    done = inv(
        "release", "--registry", registry, "--namespace", "final", "--source", f"{registry}/staging", "--only", "otel"
    )
    assert done.returncode == 0, done.stderr
    first, second = (fetch_digest(f"{registry}/{name}/spcs-oss-otel:{PRODUCT}") for name in ("staging", "final"))
    assert first == second
    for namespace in ("staging", "final"):
        for tag in (PRODUCT, "0.1", "latest"):
            run("docker", "rmi", f"{registry}/{namespace}/spcs-oss-otel:{tag}")


def test_the_steps_of_a_release_are_printed_and_nothing_is_pushed(registry: str) -> None:
    before = catalog(registry)
    done = inv("--dry", "release", "--registry", registry, "--namespace", "planned")
    assert done.returncode == 0, done.stderr
    for image in IMAGES.values():
        assert f"{registry}/planned/{image.name}:{PRODUCT}" in done.stdout
    assert catalog(registry) == before


def test_a_registry_that_is_not_there_is_one_sentence() -> None:
    done = inv("release", "--registry", "127.0.0.1:9", "--namespace", "acme", "--only", "otel")
    assert done.returncode == 1
    assert "log in with docker login, and check the registry" in done.stderr
    assert "Traceback" not in done.stderr
    for tag in (PRODUCT, "0.1", "latest"):
        run("docker", "rmi", f"127.0.0.1:9/acme/spcs-oss-otel:{tag}")


def test_bases_come_from_a_mirror(registry: str) -> None:
    mirror = f"{registry}/hub"
    base = f"{mirror}/{BASES['prometheus']}"
    run("docker", "tag", local_bases.PROMETHEUS_BASE, base)
    assert run("docker", "push", "--quiet", base).returncode == 0
    run("docker", "rmi", base)
    before = run("docker", "image", "inspect", "--format", "{{.Id}}", IMAGES["prometheus"].reference).stdout
    done = inv("build", "--only", "prometheus", env={MIRROR: mirror})
    assert done.returncode == 0, done.stderr
    layers = "{{json .RootFS.Layers}}"
    built = run("docker", "image", "inspect", "--format", layers, IMAGES["prometheus"].reference).stdout
    assert built == run("docker", "image", "inspect", "--format", layers, before.strip()).stdout
    run("docker", "rmi", base)
