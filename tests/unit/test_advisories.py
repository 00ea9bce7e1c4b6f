"""A search for known vulnerabilities that did not take place is never taken for one that found nothing."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from spcsmetrics.core import git
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT, STANDINS
from spcsmetrics.core.steps import Step
from spcsmetrics.images import daemon, scans
from spcsmetrics.images.daemon import NoDaemonError, NoImageError
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.programs import collector_module
from spcsmetrics.upkeep import advisories

GOOD = {"name": "rich", "version": "14.0", "vulns": []}
BAD = {"name": "docker", "version": "7.2", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
SKIPPED = {"name": "psutil", "skip_reason": "Dependency not found on PyPI"}


def write(report: Path, *packages: dict[str, Any]) -> Path:
    report.write_text(json.dumps({"dependencies": packages, "fixes": []}))
    return report


def test_a_lock_of_which_all_is_looked_up_and_nothing_found_is_well(tmp_path: Path) -> None:
    advisories.check_report(write(tmp_path / "report", GOOD), "runtime.txt")


@pytest.mark.parametrize(
    ("packages", "sentence"),
    [
        ((GOOD, BAD), r"runtime\.txt has known vulnerabilities: docker 7\.2 \(PYSEC-1, PYSEC-2\): run ./inv lock"),
        ((SKIPPED, BAD), r"has known vulnerabilities: docker"),
        ((GOOD, SKIPPED), r"was not audited, because PyPI's advisories for 1 of 2 packages, such as psutil, cannot"),
        ((), r"was not audited, because PyPI's advisories for any package cannot be had"),
    ],
)
def test_a_finding_and_what_was_not_looked_up_are_two_sentences(
    packages: tuple[dict[str, Any], ...], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=sentence):
        advisories.check_report(write(tmp_path / "report", *packages), "runtime.txt")


@pytest.mark.parametrize("text", [None, "", "{", '{"fixes": []}'])
def test_a_report_that_was_not_written_is_not_a_good_one(text: str | None, tmp_path: Path) -> None:
    report = tmp_path / "report"
    if text is not None:
        report.write_text(text)
    with pytest.raises(UserError, match="was not audited"):
        advisories.check_report(report, "runtime.txt")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Step]:
    """Return the steps of both tasks by title instead of doing them."""
    found: dict[str, Step] = {}

    def note(steps: Iterable[Step], **_: object) -> None:
        steps = list(steps)
        # Of steps that are the same, carry_out does one.
        assert len({(step.title, step.detail) for step in steps}) == len(steps)
        found.update({step.title: step for step in steps})

    monkeypatch.setattr(advisories, "carry_out", note)
    monkeypatch.setattr(scans, "RECORD", tmp_path / "release" / "scanned.json")
    advisories.run_audit(dry=False)
    advisories.run_scan(dry=False)
    return found


def exit_with(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spcsmetrics.core.process.stream", lambda *_, **__: code)
    monkeypatch.setattr(advisories, "go_environment", dict)


@pytest.mark.parametrize(
    ("title", "code", "sentence"),
    [
        ("govulncheck otel-builder/collector", 3, "^otel-builder/collector has known vulnerabilities: move"),
        ("govulncheck otel-builder/collector", 1, "^otel-builder/collector was not audited: .* database .*exit code 1"),
        ("govulncheck thanos/launcher", 2, "^thanos/launcher was not audited"),
        ("grype's database", 1, "^the images were not scanned, because grype's database cannot be had"),
        ("grype spcs-oss-otel", 2, "^spcs-oss-otel has high vulnerabilities that have a fix"),
        ("grype spcs-oss-otel", 1, "^spcs-oss-otel was not scanned"),
    ],
)
def test_an_exit_code_says_which_of_the_two_it_was(
    steps: dict[str, Step], monkeypatch: pytest.MonkeyPatch, title: str, code: int, sentence: str
) -> None:
    monkeypatch.setattr(daemon, "find_names", lambda _: ["sha256:1"])
    exit_with(code, monkeypatch)
    with pytest.raises(UserError, match=sentence):
        steps[title].action()
    assert not scans.RECORD.exists()


def test_the_audit_covers_every_lock_and_every_module_of_go(steps: dict[str, Step]) -> None:
    assert {f"pip-audit {lock.stem}" for lock in (ROOT / "locks").glob("*.txt")} - {"pip-audit bases"} <= steps.keys()
    modules = {str(Path(file).parent) for file in git.tracked() if file.endswith("/go.mod")}
    # They require nothing.
    modules -= {str(file.parent.relative_to(ROOT)) for file in STANDINS.rglob("go.mod")}
    audited = [step.detail for title, step in steps.items() if title.startswith("govulncheck ")]
    assert {detail.rpartition(" in ")[2] for detail in audited} == modules


def test_the_audit_covers_every_program_that_a_release_offers_to_demos(steps: dict[str, Step]) -> None:
    assert {f"govulncheck {program}" for program in (collector_module.STORE, "../backfill/main.go")} <= steps.keys()


def test_the_daemon_and_the_images_are_looked_for_before_anything_is_compiled(
    steps: dict[str, Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = list(steps)
    assert titles.index("Find the Docker daemon") < titles.index("Find the images") < titles.index("Install grype")
    assert titles.index("grype's database") < titles.index("grype spcs-oss-otel")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(NoDaemonError):
        steps["Find the Docker daemon"].action()

    def missing(reference: str) -> str:
        raise NoImageError(f"the image {reference} is not on this machine")

    monkeypatch.setattr(daemon, "find_id", missing)
    with pytest.raises(UserError, match="spcs-oss-otel:latest is not on this machine"):
        steps["Find the images"].action()


def test_what_was_scanned_is_noted_by_id_and_digests(steps: dict[str, Step], monkeypatch: pytest.MonkeyPatch) -> None:
    otel, grafana = SHIPPED["otel"], SHIPPED["grafana"]
    exit_with(0, monkeypatch)
    monkeypatch.setattr(daemon, "find_names", lambda reference: ["sha256:id", f"sha256:{reference[:8]}"])
    for image in (otel, grafana):
        steps[f"grype {image.name}"].action()
        scans.check(image, {"sha256:id"})
    scans.check(otel, {"sha256:spcs-oss"})
    with pytest.raises(UserError, match=r"spcs-oss-otel \(sha256:another.*\) was not scanned as it is now: run ./inv"):
        scans.check(otel, {"sha256:another"})
    with pytest.raises(UserError, match=r"spcs-oss-prometheus .* was not scanned"):
        scans.check(SHIPPED["prometheus"], {"sha256:id"})
