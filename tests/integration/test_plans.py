"""What each task would do, as --dry prints it: nothing is left out, and nothing is started."""

import re
import tomllib

import pytest
from programs import inv

from spcsmetrics.core.paths import LOCKS, ROOT
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.upkeep.lint import DOCKERFILES
from spcsmetrics.upkeep.tests import FUZZERS, GO_MODULES

# Nothing is on the PATH and no daemon answers, so that a step that ran would fail.
NOWHERE = {"PATH": "/nowhere", "DOCKER_HOST": "unix:///nowhere/docker.sock"}


def plan(*words: str) -> str:
    done = inv(*words, "--dry", env=NOWHERE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def test_the_tests_of_every_go_module_and_of_python_run_under_measurement() -> None:
    text = plan("test")
    for module in GO_MODULES:
        assert f" in {module.relative_to(ROOT)}" in text
    (plugin,) = [line for line in commands(text) if "-coverprofile=" in line]
    assert "-modfile=" in plugin, "with the library that is shipped"
    (tests,) = [line for line in commands(text) if line.endswith("-m pytest")]
    assert "-m coverage run" in tests
    assert commands(text).index(tests) == len(commands(text)) - 2, "the gate follows"


def test_every_linter_sees_every_module_and_dockerfile() -> None:
    text = plan("lint")
    for program in ("ruff check", "ruff format", "mypy", "lint-imports", "yamllint", "hadolint", "zizmor", "gofmt"):
        assert program in text
    for module in GO_MODULES:
        assert len(re.findall(rf"\./\.\.\. in {module.relative_to(ROOT)}$", text, re.M)) == 2, "vet and staticcheck"
    for file in DOCKERFILES:
        assert str(file) in text


def test_the_audit_looks_up_every_lock() -> None:
    locks = sorted(LOCKS.glob("*.txt"))
    text = plan("audit")
    assert [line for line in text.splitlines() if line.startswith("pip-audit ")] == [
        f"pip-audit {lock.stem}" for lock in locks
    ]
    assert text.count("govulncheck") > len(GO_MODULES)


def test_every_shipped_image_is_scanned() -> None:
    found = [line for line in commands(plan("scan")) if "--fail-on high" in line]
    assert [any(f"docker:{image.reference}" in line for line in found) for image in SHIPPED.values()] == [True] * len(
        SHIPPED
    )


def test_each_fuzzer_gets_its_inputs() -> None:
    found = [line for line in commands(plan("fuzz", "--inputs=7")) if "-fuzztime=7x" in line]
    assert len(found) == len(FUZZERS)
    refused = inv("fuzz", "--inputs=0")
    assert (refused.returncode, "--inputs takes a whole number from 1 to" in refused.stderr) == (1, True)


@pytest.mark.parametrize("words", [[], ["--upgrade"]])
def test_every_group_of_the_project_has_a_lock(words: list[str]) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    found = [line for line in commands(plan("lock", *words)) if "pip compile" in line]
    assert {line.split("--output-file locks/")[1].split(".txt")[0] for line in found} == {"runtime", *groups}
    assert all(("--upgrade" in line) is bool(words) for line in found)
    assert all("--no-emit-index-url" in line for line in found), "a lock holds no address of a registry"
    assert {lock.stem for lock in LOCKS.glob("*.txt")} - {"bases"} == {"runtime", *groups}


def test_a_release_pushes_under_every_tag_and_verifies() -> None:
    text = plan("release", "--registry=registry.example.com", "--namespace=acme")
    for image in SHIPPED.values():
        assert f"registry.example.com/acme/{image.name}:{PRODUCT}" in text
    assert "Verify from the registry" in text


def test_a_release_from_another_registry_builds_nothing() -> None:
    text = plan("release", "--registry=registry.example.com", "--namespace=acme", "--source=localhost:5000/staging")
    assert "go build" not in text
    assert f"localhost:5000/staging/spcs-oss-otel:{PRODUCT}" in text
    refused = inv("release", "--source=staging", env=NOWHERE)
    assert (refused.returncode, "names no images" in refused.stderr) == (1, True)


def test_a_stack_of_pulled_images_builds_none_of_them() -> None:
    text = plan("test-stack", "--source=localhost:5000/staging")
    for image in SHIPPED.values():
        assert f"Pull localhost:5000/staging/{image.name}:{PRODUCT}" in text
        assert f"Build the image {image.reference}" not in text


def test_a_preview_over_another_prometheus_starts_no_demo() -> None:
    assert "collector" not in plan("preview", "--prometheus=http://127.0.0.1:9")
    assert "Build the collector" in plan("preview")


@pytest.mark.parametrize(
    ("words", "detail"),
    [
        (["build"], "docker build"),
        (["build", "--bases=local"], "docker build FROM scratch"),
        (["demo"], "simulator with 3 pools"),
        (["doctor", "--host=example.com", "--json"], "--host=example.com --json"),
        (["test-boards"], "tests/preview"),
        (["clean"], "rm -r"),
        (["clean", "--everything"], ".venv"),
        (["bump", "grafana", "99.0.0"], 'GRAFANA = "99.0.0"'),
        (["deploy", "--offline"], "CREATE SERVICE IF NOT EXISTS"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_plan_shows_what_the_task_comes_down_to(words: list[str], detail: str) -> None:
    assert detail in plan(*words)
