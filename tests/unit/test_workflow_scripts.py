"""The scripts that the workflows run: what they ask of GitHub's command, and when they refuse."""

import os
import subprocess
from pathlib import Path

import pytest

from spcsmetrics.core.paths import ROOT

# Keeps releases as files of the folder REHEARSAL, and notes what it is asked for.
GH = """\
#!/bin/sh
echo "$@" >>"$REHEARSAL/asked"
case "$1 $2" in
"api "*) cat "$REHEARSAL/rules" ;;
"release view") [ -e "$REHEARSAL/released" ] ;;
"release upload") [ ! -e "$REHEARSAL/breaks" ] && touch "$REHEARSAL/released" ;;
*) touch "$REHEARSAL/released" ;;
esac
"""
SETTINGS = dict.fromkeys(("DOCKERHUB_USER", "DOCKERHUB_NAMESPACE", "DOCKERHUB_TOKEN"), "set")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    (tmp_path / "build" / "release").mkdir(parents=True)
    for name in ("notes.md", "spcs-oss-otel.spdx.json", "spcs-oss-thanos.spdx.json", "boards-1.tar.gz"):
        (tmp_path / "build" / "release" / name).touch()
    return tmp_path


def run(folder: Path, script: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        [ROOT / ".github" / script, *words],
        cwd=folder,
        env={"PATH": path, "REHEARSAL": str(folder), "GITHUB_REPOSITORY": "acme/it", **env},
        capture_output=True,
        check=False,
        text=True,
    )


def asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text().splitlines()


def test_a_release_is_a_draft_until_every_file_is_there(folder: Path) -> None:
    assert run(folder, "publish", "v1.2.3").returncode == 0
    view, create, upload, edit = asked(folder)
    assert view == "release view v1.2.3"
    assert "--draft --verify-tag --prerelease=false" in create
    for name in ("spcs-oss-otel.spdx.json", "spcs-oss-thanos.spdx.json", "boards-1.tar.gz"):
        assert f"build/release/{name}" in upload
    assert edit.startswith("release edit v1.2.3 --draft=false --verify-tag --prerelease=false --notes-file")


def test_a_release_whose_files_could_not_be_uploaded_stays_a_draft_and_the_next_run_finishes_it(folder: Path) -> None:
    (folder / "breaks").touch()
    assert run(folder, "publish", "v1.2.3").returncode == 1
    assert not [line for line in asked(folder) if "--draft=false" in line]
    (folder / "breaks").unlink()
    assert run(folder, "publish", "v1.2.3").returncode == 0
    assert len([line for line in asked(folder) if line.startswith("release create")]) == 1
    assert "--draft=false" in asked(folder)[-1]


def test_a_version_with_a_hyphen_is_published_as_a_prerelease(folder: Path) -> None:
    assert run(folder, "publish", "v1.2.3-rc.1").returncode == 0
    assert [" --prerelease " in line for line in asked(folder)] == [False, True, False, True]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ("branch_policy required_reviewers", ""),
        ("branch_policy", "the environment docker-hub asks no reviewer: add required reviewers"),
        ("", "the environment docker-hub asks no reviewer"),
        (None, "the environment docker-hub does not exist or cannot be read: make it as docs/release.md says"),
    ],
)
def test_an_environment_must_ask_a_reviewer(folder: Path, rules: str | None, sentence: str) -> None:
    if rules is not None:
        (folder / "rules").write_text(rules)
    done = run(folder, "check-environment", "docker-hub")
    assert (done.returncode != 0) == bool(sentence)
    assert sentence in done.stderr


def test_a_release_whose_settings_are_there_goes_on(folder: Path) -> None:
    assert run(folder, "check-settings", **SETTINGS).returncode == 0


@pytest.mark.parametrize("missing", SETTINGS)
def test_a_setting_that_is_missing_is_named(folder: Path, missing: str) -> None:
    done = run(folder, "check-settings", **{**SETTINGS, missing: ""})
    assert done.returncode == 1
    assert f"{missing} is not set in the environment docker-hub: set it as docs/release.md says" in done.stderr
