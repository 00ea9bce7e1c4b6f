"""The bases of the images by their digests: locked, or asked for at the build."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shelves import READER, Shelf, open_shelf

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.versions import BASES
from spcsmetrics.images import official_bases


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shelf]:
    """A mirror that has every base, and no lock yet."""
    monkeypatch.setattr(official_bases, "_LOCK", tmp_path / "bases.txt")
    monkeypatch.setattr(official_bases, "_FOUND", tmp_path / "build" / "bases.txt")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with open_shelf() as shelf:
        monkeypatch.setenv(official_bases.MIRROR, f"{shelf.host}/hub/")
        shelf.log_in(tmp_path, READER)
        for named in official_bases.PINNED:
            name, _, tag = named.partition(":")
            shelf.put(f"hub/{name}", tag, {"of": named})
        yield shelf


def digest(mirror: Shelf, named: str) -> str:
    return mirror.tags()[f"hub/{named}"]


def test_the_bases_and_what_makes_the_sbom_are_locked_by_their_digests(mirror: Shelf, tmp_path: Path) -> None:
    official_bases.lock_bases(dry=False)
    locked = (tmp_path / "bases.txt").read_text()
    assert all(f"{named}@{digest(mirror, named)}\n" in locked for named in official_bases.PINNED)
    grafana = BASES["grafana"]
    assert official_bases.reference("grafana") == f"{mirror.host}/hub/{grafana}@{digest(mirror, grafana)}"
    assert official_bases.find_step().skip()
    mirror.manifests.clear()
    with pytest.raises(UserError, match=rf"the registry {mirror.host} has no"):
        official_bases.lock_bases(dry=False)
    assert (tmp_path / "bases.txt").read_text() == locked


def test_a_base_that_is_not_locked_is_asked_for_at_the_build(mirror: Shelf) -> None:
    prometheus = BASES["prometheus"]
    assert official_bases.reference("prometheus") == f"{mirror.host}/hub/{prometheus}"
    official_bases.find_step([prometheus]).action()
    assert official_bases.reference("prometheus") == f"{mirror.host}/hub/{prometheus}@{digest(mirror, prometheus)}"
    name, _, tag = prometheus.partition(":")
    mirror.put(f"hub/{name}", tag, {"of": "another day"})
    official_bases.find_step([prometheus]).action()
    assert official_bases.reference("prometheus").endswith(digest(mirror, prometheus))


def test_where_no_registry_answers_one_sentence_says_so_and_the_tag_must_do(
    mirror: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prometheus = BASES["prometheus"]
    official_bases.find_step([prometheus]).action()
    monkeypatch.setenv(official_bases.MIRROR, "127.0.0.1:9/hub")
    official_bases.find_step([prometheus]).action()
    assert official_bases.reference("prometheus") == f"127.0.0.1:9/hub/{prometheus}"
    said = " ".join(capsys.readouterr().err.split())
    assert f"The base {prometheus} is named by its tag alone, because the registry 127.0.0.1:9 does not answer" in said
    with pytest.raises(UserError, match="does not answer: check its name and the network"):
        official_bases.lock_bases(dry=False)
