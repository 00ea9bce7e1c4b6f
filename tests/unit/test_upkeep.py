"""Steps of linters, of cleaning, and of the files that are generated."""

import errno
import os
from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import remove_folder
from spcsmetrics.core.steps import Step
from spcsmetrics.local import page
from spcsmetrics.programs import tools
from spcsmetrics.upkeep import generated, lint, tests


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Step]:
    """Return the steps of the linters by title instead of doing them."""
    found: dict[str, Step] = {}
    monkeypatch.setattr(lint, "carry_out", lambda steps, **_: found.update({step.title: step for step in steps}))
    lint.run_lint(dry=False)
    return found


def test_a_go_file_that_is_not_formatted_is_named(
    steps: dict[str, Step], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "good.go").write_text("package a\n\nvar b = 1\n")
    monkeypatch.setattr(lint, "GO_MODULES", (tmp_path,))
    steps["gofmt"].action()
    (tmp_path / "bad.go").write_text("package a\nvar  b=1\n")
    with pytest.raises(UserError, match=r"bad\.go is not formatted: run gofmt -w on it"):
        steps["gofmt"].action()


def test_a_tool_is_installed_again_when_its_version_moves(
    steps: dict[str, Step], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(tools, "BUILD", tmp_path)
    monkeypatch.setattr("spcsmetrics.core.process.run", lambda command, **_: asked.append(command))
    install = steps["Install staticcheck"]
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "staticcheck").touch()
    assert not install.skip()
    install.action()
    assert asked == [["go", "install", "honnef.co/go/tools/cmd/staticcheck@" + tools.TOOLS["staticcheck"][2]]]
    assert install.skip()
    monkeypatch.setitem(tools.TOOLS, "staticcheck", (*tools.TOOLS["staticcheck"][:2], "v9.9.9"))
    lint.run_lint(dry=False)
    assert not steps["Install staticcheck"].skip()


@pytest.mark.parametrize("everything", [False, True])
def test_clean_removes_what_tasks_made_and_nothing_else(
    everything: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "grafana" / "preview"
    made = {"build", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache"}
    for folder in (*made, ".venv", "docs", "grafana/preview/node_modules/react", "grafana/preview/src"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(tests, "ROOT", tmp_path)
    monkeypatch.setattr(tests, "BUILD", tmp_path / "build")
    monkeypatch.setattr(page, "SOURCE", source)
    tests.clean(everything=everything, dry=True)
    assert (tmp_path / "build").exists()
    for _ in range(2):
        tests.clean(everything=everything, dry=False)
    left = {".venv", "docs", "grafana"} - ({".venv"} if everything else set())
    assert {file.name for file in tmp_path.iterdir()} == left
    assert [file.name for file in source.iterdir()] == ["src"]


def test_what_clean_cannot_remove_has_its_whole_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "build" / "deep" / "kept"
    kept.parent.mkdir(parents=True)
    kept.touch()

    def refuse(path: str, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(PermissionError) as refused:
        remove_folder(tmp_path / "build")
    assert refused.value.filename == str(kept)


def test_boards_and_rules_that_are_made_no_more_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    boards, rules = tmp_path / "boards", tmp_path / "rules"
    boards.mkdir()
    for old in (boards / "old.json", boards / "README.md"):
        old.write_text("old")
    monkeypatch.setattr(generated, "BOARD_FOLDER", boards)
    monkeypatch.setattr(generated, "RULE_FOLDER", rules)
    made = {boards / "new.json": "{}", rules / "alerts.yml": "groups: []", tmp_path / "metrics.md": "# Metrics"}
    monkeypatch.setattr(generated, "files", lambda: made)
    generated.write_files(dry=True)
    assert (boards / "old.json").exists()
    generated.write_files(dry=False)
    assert {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()} == {
        **made,
        boards / "README.md": "old",
    }
