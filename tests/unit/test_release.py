"""What a release is made of: one build definition, pinned workflows, and a version that stands where it should."""

import io
import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml
from trees import read_yaml

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import LOCKS, PLUGIN, ROOT
from spcsmetrics.core.versions import BASES, GRAFANA, PRODUCT, SOURCE
from spcsmetrics.images import build, builders, local_bases, official_bases, release
from spcsmetrics.images.builders import bake_command, has_buildx
from spcsmetrics.images.definition import BAKE_FILE, IMAGES, PLATFORM, SHIPPED, SIMULATOR_IMAGE, choose
from spcsmetrics.images.notes import notes
from spcsmetrics.images.target import Target, semver_tags
from spcsmetrics.programs.manifest import MANIFEST
from spcsmetrics.tasks.namespace import namespace
from spcsmetrics.upkeep import versions

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@cache
def bake() -> dict[str, dict[str, Any]]:
    """Return variables, groups and targets of docker-bake.hcl by kind and name, without the quotes of the parser."""
    text = re.sub(r"^\s*#.*$", "", BAKE_FILE.read_text(), flags=re.M)
    found: dict[str, dict[str, Any]] = {}
    for kind, blocks in hcl2.load(io.StringIO(text)).items():
        if isinstance(blocks, list):
            for block in blocks:
                for name, body in block.items():
                    found.setdefault(kind, {})[name.strip('"')] = _plain(body)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).strip('"'): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.strip('"') if isinstance(value, str) else value


def test_bake_and_the_table_of_images_are_of_one_mind() -> None:
    definition = bake()
    targets, variables = definition["target"], definition["variable"]
    assert set(definition["group"]["default"]["targets"]) == set(IMAGES)
    for part, image in SHIPPED.items():
        assert targets[part]["context"] == str(image.context.relative_to(ROOT))
        assert f"${{PREFIX}}{image.name}:${{tag}}" in str(targets[part]["tags"])
        if image.base:
            variable = targets[part]["args"]["BASE"].strip("${}")
            assert variables[variable]["default"] == BASES[image.base]
        else:
            assert "args" not in targets[part]
    assert targets["image"]["platforms"] == [PLATFORM]
    assert variables["VERSION"]["default"] == PRODUCT
    assert targets["image"]["labels"]["org.opencontainers.image.source"] == SOURCE


@pytest.mark.skipif(not has_buildx(), reason="buildx is missing, which reads docker-bake.hcl")
def test_bake_itself_reads_the_definition_so() -> None:
    env = {**os.environ, "PREFIX": "registry.example.com/acme/", "TAGS": "1.0.0,latest"}
    printed = subprocess.run(bake_command(["release"], "--print"), cwd=ROOT, env=env, check=True, capture_output=True)
    targets = json.loads(printed.stdout)["target"]
    assert set(targets) == {f"{part}-release" for part in SHIPPED}
    for part, image in SHIPPED.items():
        target = targets[f"{part}-release"]
        assert target["tags"] == [f"registry.example.com/acme/{image.name}:{tag}" for tag in ("1.0.0", "latest")]
        assert tuple(target["platforms"]) == release.PLATFORMS
        assert [one["type"] for one in target["attest"]] == ["provenance", "sbom"]


def test_a_release_adds_a_platform_provenance_and_sbom() -> None:
    definition = bake()
    assert definition["group"]["release"]["targets"] == [f"{part}-release" for part in SHIPPED]
    released = definition["target"]["released"]
    assert tuple(released["platforms"]) == release.PLATFORMS
    assert released["attest"] == ["type=provenance,mode=max", "type=sbom,generator=${SBOM_GENERATOR}"]
    assert released["output"] == ["type=registry,rewrite-timestamp=true"]
    assert definition["variable"]["SBOM_GENERATOR"]["default"] == official_bases.SBOM_GENERATOR
    for part in SHIPPED:
        assert definition["target"][f"{part}-release"]["inherits"] == [part, "released"]


@pytest.mark.parametrize(
    ("key", "bases", "command"),
    [
        ("otel", "official", "bake --file docker-bake.hcl --load otel"),
        ("otel", "local", "bake --file docker-bake.hcl --load otel"),
        ("prometheus", "official", "bake --file docker-bake.hcl --load prometheus"),
        ("prometheus", "local", f"--build-arg BASE={local_bases.PROMETHEUS_BASE}"),
        ("simulator", "official", f"--build-arg BASE={BASES['simulator']}"),
        ("simulator", "local", f"--build-arg BASE={local_bases.PYTHON_BASE}"),
    ],
)
def test_bake_builds_what_its_definition_has_and_the_classic_builder_the_rest(
    key: str, bases: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = SHIPPED.get(key, SIMULATOR_IMAGE)
    monkeypatch.setattr(builders, "has_buildx", lambda: True)
    assert command in build.image_steps([image], bases)[-1].detail
    monkeypatch.setattr(builders, "has_buildx", lambda: False)
    classic = build.image_steps([image], bases)[-1].detail
    assert classic.startswith(f"docker build --quiet --platform {PLATFORM} --tag {image.reference}")
    assert f"org.opencontainers.image.source={SOURCE}" in classic


def test_buildx_copies_every_image_without_an_index_around_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(builders, "has_buildx", lambda: True)
    target = Target(registry="r.example.com", namespace="acme")
    release.run_release(target, "localhost:5000/staging", "", candidate=False, dry=True)
    printed = capsys.readouterr().out
    for image in SHIPPED.values():
        names = f"r.example.com/acme/{image.name}:{PRODUCT} localhost:5000/staging/{image.name}:{PRODUCT}"
        assert f"docker buildx imagetools create --prefer-index=false --tag {names}" in printed


def test_an_unknown_image_is_refused_with_the_known_ones() -> None:
    assert choose("") == list(IMAGES.values())
    assert choose("grafana") == [SHIPPED["grafana"]]
    assert choose("thanos") == [SHIPPED["thanos"]]
    with pytest.raises(UserError, match="--only mysql is not an image: write one of otel, prometheus, grafana, thanos"):
        choose("mysql")


@pytest.mark.parametrize(
    ("version", "tags"),
    [
        ("1.2.3", ["1.2.3", "1.2", "1", "latest"]),
        ("0.4.0", ["0.4.0", "0.4", "latest"]),
        ("1.2.3-rc.1", ["1.2.3-rc.1"]),
    ],
)
def test_latest_and_short_tags_are_for_releases_only(version: str, tags: list[str]) -> None:
    assert semver_tags(version) == tags


@pytest.mark.parametrize("version", ["1.2", "v1.2.3", "1.2.3 ", "latest"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(UserError, match="is not a semantic version"):
        semver_tags(version)


def test_the_notes_have_what_changed_and_each_digest() -> None:
    text = notes(Target(registry="docker.io", namespace="example"), {"otel": "sha256:1"})
    assert "`docker.io/example/spcs-oss-otel:0.1.0` | `sha256:1`" in text
    assert "Collector with `spcs_sd_configs`" in text


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_do_nothing_by_default_and_every_action_is_pinned(file: Path) -> None:
    text = file.read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert "cancel-in-progress" in workflow["concurrency"]
    for line in re.findall(r"uses: (.+)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job
        assert all("${{" not in step.get("run", "") for step in job["steps"])


def release_workflow() -> dict[Any, Any]:
    return dict(read_yaml(ROOT / ".github" / "workflows" / "release.yml"))


def test_what_is_released_is_what_was_tested_and_scanned() -> None:
    jobs = release_workflow()["jobs"]
    ran = {name: " ".join(step.get("run", "") for step in job["steps"]) for name, job in jobs.items()}
    words = ("inv registry", "inv release", "inv test-stack", "inv scan")
    started, staged, tested, scanned = (ran["build"].index(word) for word in words)
    assert started < staged < tested < scanned
    assert "--candidate" in ran["build"]
    assert "--candidate" not in ran["release"]
    assert '--source "$REGISTRY/staging"' in ran["release"]
    assert set(jobs["release"]["needs"]) == {"build", "guard"}
    assert jobs["release"]["if"] == "startsWith(github.ref, 'refs/tags/v')"


def test_what_is_built_into_the_images_starts_the_dry_run() -> None:
    # YAML 1.1 reads the key as a truth value.
    paths = release_workflow()[True]["pull_request"]["paths"]
    for file in [*(image.dockerfile for image in SHIPPED.values()), MANIFEST, BAKE_FILE, PLUGIN / "go.mod", LOCKS]:
        name = str(file.relative_to(ROOT))
        assert any(name == path or f"{name}/".startswith(path.removesuffix("**")) for path in paths), name


def test_the_environment_that_the_release_needs_is_asked_for_before_anything_is_pushed() -> None:
    jobs = release_workflow()["jobs"]
    guard = " ".join(step.get("run", "") for step in jobs["guard"]["steps"])
    assert f".github/check-environment {jobs['release']['environment']}" in guard
    steps = [step.get("run", step.get("uses", "")) for step in jobs["release"]["steps"]]
    assert steps.index(".github/check-settings") < next(i for i, step in enumerate(steps) if "login-action" in step)
    used = set(re.findall(r"(?:vars|secrets)\.(\w+)", (ROOT / ".github/workflows/release.yml").read_text()))
    checked = set(re.findall(r"DOCKERHUB_\w+", (ROOT / ".github" / "check-settings").read_text()))
    documented = set(re.findall(r"DOCKERHUB_\w+", (ROOT / "docs" / "release.md").read_text()))
    assert used == checked == documented


def test_the_workflows_call_tasks_that_exist() -> None:
    called = {word for file in WORKFLOWS for word in re.findall(r"\./inv (?:--dry )?([\w.-]*\w)", file.read_text())}
    assert called <= {one for name, others in namespace.task_names.items() for one in (name, *others)}
    assert {"lint", "test", "test-stack", "release", "scan", "audit"} <= called


def test_a_contributor_runs_what_the_workflow_does() -> None:
    workflow = re.findall(r"run: \./inv ([\w-]+)", (ROOT / ".github" / "workflows" / "ci.yml").read_text())
    script = re.findall(r"^ *\./inv ([\w-]+)", (ROOT / ".ci" / "run").read_text(), re.M)
    # The audit needs the advisories of PyPI and Go.
    assert sorted(script) == sorted(set(workflow) - {"audit"})


def test_everything_inside_is_listed_with_its_version() -> None:
    rows = versions.list_versions()
    assert {row[0] for row in rows} == set(SHIPPED)
    assert ("prometheus", "base", BASES["prometheus"]) in rows
    assert all(re.search(r"\d+\.\d+", version) for _, _, version in rows)


@pytest.mark.parametrize(
    ("part", "version", "lines"),
    [
        ("prometheus", "3.99.1", ['PROMETHEUS = "3.99.1"', 'default = "prom/prometheus:v3.99.1"']),
        ("grafana", "14.0.0", ['GRAFANA = "14.0.0"', '"grafana/grafana:14.0.0"', '"@grafana/ui": "14.0.0"']),
        ("collector", "0.166.0", ["prometheusreceiver v0.166.0", "otlpexporter v0.166.0", "envprovider v1.72.0"]),
        ("product", "0.2.0", ['PRODUCT = "0.2.0"', "  version: 0.2.0", '\nversion = "0.2.0"']),
    ],
)
def test_a_part_is_moved_where_it_stands(
    part: str, version: str, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = {}
    for name, file in {
        "_VERSIONS": ROOT / "spcsmetrics" / "core" / "versions.py",
        "BAKE_FILE": BAKE_FILE,
        "MANIFEST": MANIFEST,
        "ROOT": ROOT / "pyproject.toml",
        "_PACKAGES": ROOT / "grafana" / "preview" / "package.json",
    }.items():
        moved[name] = tmp_path / file.name
        moved[name].write_text(file.read_text())
    monkeypatch.setattr(versions, "_VERSIONS", moved["_VERSIONS"])
    monkeypatch.setattr(versions, "BAKE_FILE", moved["BAKE_FILE"])
    monkeypatch.setattr(versions, "MANIFEST", moved["MANIFEST"])
    monkeypatch.setattr(versions, "_PACKAGES", moved["_PACKAGES"])
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    monkeypatch.setattr(versions, "_preview_steps", list)
    versions.bump(part, version, dry=False)
    text = "".join(file.read_text() for file in moved.values())
    for line in lines:
        assert line in text
    # Where a version stands in another way than before, nothing is moved in silence.
    moved["_VERSIONS"].write_text("")
    moved["MANIFEST"].write_text(moved["MANIFEST"].read_text().replace("github.com/open-telemetry/", "example.com/"))
    with pytest.raises(UserError, match=r"has nothing like .*: write the version there by hand"):
        versions.bump(part, version, dry=False)


def test_grafana_moves_with_the_lock_of_its_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    versions.bump("grafana", "14.0.0", dry=True)
    assert "npm install --package-lock-only --ignore-scripts in grafana/preview" in capsys.readouterr().out


def test_the_preview_draws_with_the_libraries_of_the_grafana_that_is_shipped() -> None:
    folder = ROOT / "grafana" / "preview"
    wanted = {
        name: version.lstrip("^~")
        for name, version in json.loads((folder / "package.json").read_text())["dependencies"].items()
        if name.startswith("@grafana/")
    }
    locked = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert wanted == {name: locked[f"node_modules/{name}"]["version"] for name in wanted}
    assert set(wanted.values()) == {GRAFANA}


@pytest.mark.parametrize(("part", "version"), [("nginx", "1.0.0"), ("grafana", "latest")])
def test_what_cannot_be_moved_is_named(part: str, version: str) -> None:
    with pytest.raises(UserError, match="write"):
        versions.bump(part, version, dry=True)
