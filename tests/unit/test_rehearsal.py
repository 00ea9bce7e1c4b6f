"""What a rehearsal of the workflows changes in them is named, and every action has a stand-in."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import yaml
from trees import read_yaml

from spcsmetrics.core import git, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import daemon, local_registry
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.upkeep import faults, outcome, rehearsal


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


def test_a_commit_that_has_the_tag_of_a_release_is_rehearsed_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / ".github", source / ".github")
    for words in (("init", "--quiet"), ("add", "."), (*rehearsal._AUTHOR, "commit", "--quiet", "--message", "Begin")):
        process.run(["git", *words], cwd=source)
    process.run(["git", "tag", f"v{PRODUCT}"], cwd=source)
    monkeypatch.setattr(git, "revision", lambda: "c" * 40)
    monkeypatch.setattr(rehearsal, "ROOT", source)
    monkeypatch.setattr(rehearsal, "FOLDER", tmp_path / "rehearsal")
    monkeypatch.setattr(rehearsal, "CLONE", tmp_path / "rehearsal" / "clone")
    rehearsal.make_clone()
    clone = tmp_path / "rehearsal" / "clone"
    assert process.run(["git", "tag", "--points-at", "HEAD"], cwd=clone).split() == [f"v{PRODUCT}"]
    assert process.run(["git", "status", "--porcelain"], cwd=clone) == ""
    # Whatever a job runs there, the tests of the workflows among it, is of the commit.
    assert process.run(["git", "rev-parse", "HEAD"], cwd=clone) == process.run(["git", "rev-parse", "HEAD"], cwd=source)
    for name, changes in rehearsal.CHANGES.items():
        changed = (tmp_path / "rehearsal" / "workflows" / f"{name}.yml").read_text()
        assert all(old not in changed and new in changed for old, new in changes)
    assert {file.name for file in (tmp_path / "rehearsal" / "programs").glob("*.sha256")} == {
        "govulncheck.sha256",
        "grype.sha256",
    }


def test_a_candidate_is_made_of_every_image_beforehand() -> None:
    text = (rehearsal.STANDINS / "actions" / "docker+setup-buildx-action" / "action.yml").read_text()
    assert "./inv build --bases local" in text
    # Those that it leaves out.
    assert "-m standins" in text
    assert "./inv build --only thanos" in text
    assert set(SHIPPED) == {"otel", "prometheus", "grafana", "thanos"}


def test_jobs_run_one_after_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[list[str]] = []

    def stream(command: list[object], **_: object) -> int:
        ran.append([str(word) for word in command])
        return 1

    monkeypatch.setattr(rehearsal, "FOLDER", tmp_path)
    monkeypatch.setattr(process, "stream", stream)
    with pytest.raises(UserError, match=r"^the rehearsal of ci\.yml failed: read its report above$"):
        rehearsal._ci_step().action()
    (command,) = ran
    assert command[command.index("--concurrent-jobs") + 1] == "1"


@pytest.mark.parametrize("shipped", ["", "6" * 64])
def test_the_registry_of_a_rehearsal_takes_with_it_the_names_that_it_gave_and_no_others(
    shipped: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = "localhost:5000/mine:1"
    held = {mine}
    ran: list[list[str]] = []
    monkeypatch.setattr(rehearsal, "FOLDER", tmp_path)
    monkeypatch.setattr(local_registry, "start_registry", lambda *_: "localhost:1")
    monkeypatch.setattr(local_registry, "stop_registry", lambda _: None)
    monkeypatch.setattr(daemon, "holds", lambda _: bool(shipped))
    monkeypatch.setattr(daemon, "find_id", lambda _: shipped)
    monkeypatch.setattr(daemon, "find_all", lambda prefix: {name for name in held if name.startswith(prefix)})
    monkeypatch.setattr(daemon, "forget", held.difference_update)
    monkeypatch.setattr(process, "run", ran.append)
    grafana = SHIPPED["grafana"].reference
    with rehearsal.open_target() as target:
        held |= {f"{target}/acme/spcs-oss-otel:1", grafana}
    assert held == ({mine, grafana} if shipped else {mine})
    assert ran == ([["docker", "tag", f"sha256:{shipped}", grafana]] if shipped else [])


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


def test_an_upload_that_vanishes_does_not_end_the_rehearsal_of_a_kill(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = faults.Stage(clone=tmp_path, folder=tmp_path, target="localhost:1")
    image = outcome.repositories(tmp_path, "killed") / "spcs-oss-otel"
    (image / "_uploads" / "1" / "hashstates").mkdir(parents=True)
    list_folder = os.scandir

    def scan(place: str = ".") -> object:
        if "_uploads" in str(place):
            raise FileNotFoundError(place)
        return list_folder(place)

    monkeypatch.setattr(os, "scandir", scan)
    assert stage.tags("killed") == []
    link = image / "_manifests" / "tags" / PRODUCT / "current" / "link"
    link.parent.mkdir(parents=True)
    link.touch()
    assert [tag.name for tag in stage.tags("killed")] == [PRODUCT]
    assert stage.tags("killed", "latest") == []


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
