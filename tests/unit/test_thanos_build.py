"""Thanos is built as upstream builds it, or refused."""

import json
import re
from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT, THANOS
from spcsmetrics.programs import thanos

GO = "#!/bin/sh\nprintf '{program}: go1.26\\n\\tpath\\tp\\n\\tbuild\\t-compiler=gc\\n{tags}'\n"


def fake_go(folder: Path, tags: str) -> Path:
    go = folder / "go"
    go.write_text(GO.format(program="thanos", tags=tags))
    go.chmod(0o755)
    return go


@pytest.mark.parametrize("tags", ["", "\\tbuild\\t-tags=netgo\\n", "\\tbuild\\t-tags=noslicelabels,netgo\\n"])
def test_a_build_without_the_tag_that_keeps_its_memory_sound_is_refused(
    tags: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thanos, "find_go", lambda: fake_go(tmp_path, tags))
    monkeypatch.setattr(thanos, "go_environment", dict)
    with pytest.raises(UserError, match="was built without the tag slicelabels and would corrupt its memory: remove"):
        thanos.check_tags(tmp_path / "thanos")


def test_a_build_with_the_tag_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thanos, "find_go", lambda: fake_go(tmp_path, f"\\tbuild\\t-tags={thanos.TAGS}\\n"))
    monkeypatch.setattr(thanos, "go_environment", dict)
    thanos.check_tags(tmp_path / "thanos")


def test_the_steps_name_the_version_that_the_module_requires() -> None:
    titles = [step.title for step in thanos.build_steps("linux/arm64")]
    assert f"Build Thanos {thanos.version()} for linux/arm64" in titles
    assert re.fullmatch(r"\d+\.\d+\.\d+", thanos.version())


def test_a_module_that_does_not_require_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "go.mod").write_text("module x\n")
    monkeypatch.setattr(thanos, "THANOS", tmp_path)
    with pytest.raises(UserError, match="does not require github"):
        thanos.version()


def test_renovate_moves_thanos_alone_in_its_module() -> None:
    rules = json.loads((ROOT / ".github" / "renovate.json").read_text())["packageRules"]
    (rule,) = [rule for rule in rules if rule.get("matchFileNames") == ["thanos/go.mod"]]
    assert rule["matchPackageNames"] == [f"!{thanos.MODULE}"]
    assert rule["enabled"] is False
    assert (THANOS / "go.mod").exists()
