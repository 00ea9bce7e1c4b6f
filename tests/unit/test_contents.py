"""The list of what is inside an image names every module with its licence, and the base."""

from pathlib import Path

import pytest

from spcsmetrics.core.versions import BASES, PRODUCT
from spcsmetrics.images import contents, official_bases
from spcsmetrics.programs import licences
from spcsmetrics.programs.licences import Module


@pytest.fixture(autouse=True)
def _modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("Apache License Version 2.0")
    found = [
        Module(path="example.com/b/Acme", version="v2.0.0", folder=tmp_path, checksum="h1:b="),
        Module(path="example.com/a", version="v1.0.0", folder=tmp_path),
    ]
    monkeypatch.setattr(licences, "modules", lambda _: found)
    monkeypatch.setattr(contents, "FOLDER", tmp_path / "release")
    monkeypatch.setattr(official_bases, "pinned", lambda named: f"{named}@sha256:1")


def test_each_module_is_listed_once_with_version_licence_and_hash() -> None:
    contents.write("spcs-oss-otel", "https://example.com", None, [Path("a"), Path("b")])
    document = contents.describe("spcs-oss-otel", "https://example.com", None, [Path("a"), Path("b")])
    image, first, second = document["packages"]
    assert contents.file("spcs-oss-otel").read_text().startswith("{")
    assert (image["name"], image["versionInfo"]) == ("spcs-oss-otel", PRODUCT)
    assert (first["name"], first["licenseConcluded"]) == ("example.com/a", "Apache-2.0")
    assert (second["versionInfo"], second["comment"]) == ("v2.0.0", "h1:b=")
    assert second["externalRefs"][0]["referenceLocator"] == "pkg:golang/example.com/b/Acme@v2.0.0"
    described, *contained = document["relationships"]
    assert described["relatedSpdxElement"] == image["SPDXID"]
    assert {one["relatedSpdxElement"] for one in contained} == {first["SPDXID"], second["SPDXID"]}


def test_a_base_is_listed_by_its_digest() -> None:
    _, base = contents.describe("spcs-oss-grafana", "https://example.com", "grafana", [])["packages"]
    name, _, tag = BASES["grafana"].rpartition(":")
    assert (base["name"], base["versionInfo"], base["comment"]) == (name, tag, "sha256:1")
