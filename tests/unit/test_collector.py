"""The manifest is checked before anything is compiled."""

from pathlib import Path
from typing import Any

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import PLUGIN
from spcsmetrics.programs import collector_module
from spcsmetrics.programs.manifest import REQUIRED, builder_version, check_manifest, read_manifest

GO_MOD = (PLUGIN / "go.mod").read_text()


@pytest.fixture
def manifest() -> dict[str, Any]:
    return read_manifest()


def replace(manifest: dict[str, Any], old: str, new: str) -> None:
    for section in manifest.values():
        if isinstance(section, list):
            for entry in section:
                entry["gomod"] = entry["gomod"].replace(old, new)


def test_the_shipped_manifest_is_good(manifest: dict[str, Any]) -> None:
    check_manifest(manifest, GO_MOD)
    assert builder_version(manifest).startswith("v0.")


def test_two_versions_of_the_collector_are_refused(manifest: dict[str, Any]) -> None:
    replace(manifest, "memorylimiterprocessor v0.165.0", "memorylimiterprocessor v0.164.0")
    with pytest.raises(UserError, match="2 versions of the collector's components"):
        check_manifest(manifest, GO_MOD)


def test_a_contrib_component_of_another_minor_is_refused(manifest: dict[str, Any]) -> None:
    replace(manifest, "filestorage v0.165.0", "filestorage v0.164.0")
    with pytest.raises(UserError, match=r"filestorage is v0\.164\.0 but the collector is v0\.165\.0"):
        check_manifest(manifest, GO_MOD)


@pytest.mark.parametrize("part", REQUIRED)
def test_a_missing_component_is_named(manifest: dict[str, Any], part: str) -> None:
    replace(manifest, part, "something/else")
    with pytest.raises(UserError, match=part):
        check_manifest(manifest, GO_MOD)


def test_a_plugin_that_asks_for_another_version_is_refused(manifest: dict[str, Any]) -> None:
    go_mod = (
        f"{GO_MOD}\tgithub.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage v0.166.0\n"
    )
    with pytest.raises(UserError, match=r"go get .*filestorage@"):
        check_manifest(manifest, go_mod)


@pytest.mark.parametrize("text", ["", "receivers: []", "a: [b"])
def test_a_file_that_is_no_manifest_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"manifest\.yaml"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "memorylimiterprocessor v0.165.0",
            "memorylimiterprocessor v0.164.0",
            r"memorylimiterprocessor v0\.164\.0, and",
        ),
        ("processor/memorylimiterprocessor v0.165.0", "processor/other v0.165.0", "memorylimiterprocessor not at all"),
        ("google.golang.org/grpc v1.", "google.golang.org/grpc v0.", r"google\.golang\.org/grpc v0\."),
    ],
)
def test_a_generated_module_that_is_older_is_one_sentence(
    manifest: dict[str, Any], tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    go_mod = (collector_module.FOLDER / "go.mod").read_text()
    (tmp_path / "go.mod").write_text(go_mod)
    collector_module.check(manifest, tmp_path)
    assert old in go_mod
    (tmp_path / "go.mod").write_text(go_mod.replace(old, new))
    with pytest.raises(UserError, match=f"{sentence}.*: run ./inv lock.collector"):
        collector_module.check(manifest, tmp_path)
    (tmp_path / "go.mod").unlink()
    with pytest.raises(UserError, match=r"run ./inv lock\.collector"):
        collector_module.check(manifest, tmp_path)
