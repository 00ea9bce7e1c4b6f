"""What a rehearsal of the workflows changes in them is named, and every action has a stand-in."""

import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import yaml
from trees import read_yaml

from spcsmetrics.core import git
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.upkeep import faults, rehearsal


@pytest.mark.parametrize("name", rehearsal.WORKFLOWS)
def test_what_this_machine_cannot_have_stands_once_in_each_workflow(name: str) -> None:
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    changed = rehearsal.change(text, rehearsal.CHANGES[name], name)
    assert yaml.safe_load(changed)["jobs"].keys() == yaml.safe_load(text)["jobs"].keys()
    assert len(changed.splitlines()) == len(text.splitlines())
    assert "docker.io --namespace" not in changed.replace("--dry release --registry docker.io --namespace example", "")


@pytest.mark.parametrize("text", ["", "one one"])
def test_a_workflow_that_changed_meanwhile_is_named(text: str) -> None:
    with pytest.raises(UserError, match=rf"ci\.yml has 'one' {len(text.split())} times: change it in"):
        rehearsal.change(text, (("one", "two"),), "ci")


def test_every_action_has_a_stand_in_that_takes_its_inputs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rehearsal, "FOLDER", tmp_path)
    found = dict(rehearsal.actions())
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        for job in read_yaml(file)["jobs"].values():
            for step in job["steps"]:
                if "uses" in step:
                    inputs = read_yaml(found[step["uses"]] / "action.yml").get("inputs", {})
                    given = set(step.get("with", {})) - {"persist-credentials"}
                    assert given <= set(inputs), step["uses"]
    monkeypatch.setattr(rehearsal, "STANDINS", tmp_path / "nowhere")
    monkeypatch.setattr(rehearsal, "ROOT", ROOT)
    with pytest.raises((UserError, ValueError)):
        list(rehearsal.actions())


def test_files_that_differ_from_the_commit_are_not_rehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "revision", lambda: "c" * 40 + "-changed")
    with pytest.raises(UserError, match="files differ from the commit, which alone is rehearsed: commit first"):
        rehearsal.make_clone()


@pytest.mark.parametrize(
    ("code", "said", "sentence", "well"),
    [
        (0, "", "", True),
        (1, "inv: it was refused", "refused", True),
        (0, "", "refused", False),
        (1, "inv: another reason", "refused", False),
        (1, "inv: it failed", "", False),
        (1, "Traceback ... refused", "refused", False),
    ],
)
def test_a_release_with_a_fault_must_end_with_its_own_sentence(code: int, said: str, sentence: str, well: bool) -> None:
    done = subprocess.CompletedProcess(["./inv", "release"], code, "", said)
    if well:
        faults.expect(done, sentence)
        return
    with pytest.raises(UserError, match=r"\./inv release did not (fail with|end well)"):
        faults.expect(done, sentence)


def test_a_program_that_a_job_left_is_ended_and_no_other(tmp_path: Path) -> None:
    programs = []
    for folder in ("work", "elsewhere"):
        (tmp_path / folder).mkdir()
        shutil.copy("/bin/sleep", tmp_path / folder / "registry")
        programs.append(subprocess.Popen([str(tmp_path / folder / "registry"), "60"]))
    left, other = programs
    rehearsal.end_programs(tmp_path / "work")
    assert left.wait(10) == -signal.SIGTERM
    assert other.poll() is None
    other.kill()
    other.wait()
