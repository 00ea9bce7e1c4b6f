"""What the release workflow asks of GitHub, and what it says where an answer is missing."""

import os
import subprocess
from pathlib import Path

import pytest

from spcsmetrics.core.paths import ROOT

SCRIPTS = ROOT / ".github"
# Answers as told by files, and notes how it was called.
GH = """\
#!/bin/sh
echo "$*" >>{folder}/calls
case "$1 $2" in
"api "*) [ -e {folder}/rules ] && cat {folder}/rules ;;
"release view") [ -e {folder}/released ] ;;
"release create") touch {folder}/released ;;
"release upload") [ ! -e {folder}/breaks ] ;;
esac
"""
SETTINGS = {"DOCKERHUB_USER": "robot", "DOCKERHUB_NAMESPACE": "acme", "DOCKERHUB_TOKEN": "its-token"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    gh.write_text(GH.format(folder=tmp_path))
    gh.chmod(0o755)
    return tmp_path


def run(folder: Path, script: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "GITHUB_REPOSITORY": "acme/metrics", **more}
    command = [str(SCRIPTS / script), *words]
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=folder, env=env)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_an_environment_that_asks_a_reviewer_is_good(folder: Path) -> None:
    (folder / "rules").write_text("wait_timer required_reviewers\n")
    done = run(folder, "check-environment", "docker-hub")
    assert (done.returncode, done.stderr) == (0, "")
    assert "repos/acme/metrics/environments/docker-hub" in calls(folder)[0]


@pytest.mark.parametrize("rules", ["\n", "wait_timer branch_policy\n", "not_required_reviewers\n"])
def test_an_environment_that_asks_nobody_is_refused(folder: Path, rules: str) -> None:
    (folder / "rules").write_text(rules)
    done = run(folder, "check-environment", "docker-hub")
    assert done.returncode == 1
    assert "the environment docker-hub asks no reviewer: add required reviewers" in done.stderr


def test_an_environment_that_does_not_exist_is_refused(folder: Path) -> None:
    done = run(folder, "check-environment", "docker-hub")
    assert done.returncode == 1
    assert "the environment docker-hub does not exist or cannot be read" in done.stderr


@pytest.mark.parametrize("missing", SETTINGS)
def test_a_missing_setting_is_named(folder: Path, missing: str) -> None:
    assert run(folder, "check-settings", **SETTINGS).returncode == 0
    for settings in (SETTINGS | {missing: ""}, {name: SETTINGS[name] for name in SETTINGS if name != missing}):
        done = run(folder, "check-settings", **settings)
        assert done.returncode == 1
        assert done.stderr.startswith(f"{missing} is not set in the environment docker-hub")


@pytest.fixture
def files(folder: Path) -> str:
    """Make what a release has beside its notes, and return it as words."""
    (folder / "build" / "release").mkdir(parents=True)
    files = ["build/release/one.spdx.json", "build/release/two.tar.gz"]
    for file in files:
        (folder / file).touch()
    return " ".join(files)


@pytest.mark.parametrize(("tag", "kind"), [("v1.2.3", "--prerelease=false"), ("v1.2.3-rc.1", "--prerelease")])
def test_a_prerelease_is_marked_so_and_a_second_run_brings_it_up_to_date(
    folder: Path, files: str, tag: str, kind: str
) -> None:
    upload = f"release upload {tag} --clobber {files}"
    edit = f"release edit {tag} --draft=false --verify-tag {kind} --notes-file build/release/notes.md"
    assert run(folder, "publish", tag).returncode == 0
    view, create, *others = calls(folder)
    assert view == f"release view {tag}"
    assert create.startswith(f"release create {tag} --draft --verify-tag {kind} ")
    assert others == [upload, edit]
    (folder / "calls").unlink()
    assert run(folder, "publish", tag).returncode == 0
    assert calls(folder) == [view, upload, edit]


def test_a_release_whose_files_were_not_uploaded_stays_a_draft_and_the_next_run_finishes_it(
    folder: Path, files: str
) -> None:
    (folder / "breaks").touch()
    assert run(folder, "publish", "v1.2.3").returncode == 1
    assert not [call for call in calls(folder) if "--draft=false" in call]
    (folder / "breaks").unlink()
    assert run(folder, "publish", "v1.2.3").returncode == 0
    assert len([call for call in calls(folder) if call.startswith("release create")]) == 1
    assert calls(folder)[-2].endswith(files)
    assert "--draft=false" in calls(folder)[-1]
