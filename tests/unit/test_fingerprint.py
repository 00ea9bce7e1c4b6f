"""A fingerprint changes with whatever a build would see."""

from pathlib import Path

from spcsmetrics.core import fingerprint


def write(folder: Path, **contents: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, text in contents.items():
        (folder / name).write_text(text)
    return [folder / name for name in contents]


def test_a_file_that_is_renamed_changes_it(tmp_path: Path) -> None:
    before = fingerprint.digest(write(tmp_path, a="1"))
    assert fingerprint.digest(write(tmp_path, b="1")) != before


def test_two_files_that_swap_their_contents_change_it(tmp_path: Path) -> None:
    before = fingerprint.digest(write(tmp_path, a="1", b="2"))
    assert fingerprint.digest(write(tmp_path, a="2", b="1")) != before


def test_a_file_that_is_added_empty_changes_it(tmp_path: Path) -> None:
    before = fingerprint.digest(write(tmp_path, a="1"))
    assert fingerprint.digest(write(tmp_path, a="1", b="")) != before


def test_facts_do_not_run_into_each_other() -> None:
    assert fingerprint.digest([], "ab", "c") != fingerprint.digest([], "a", "bc")


def test_the_order_in_which_files_are_found_does_not_change_it(tmp_path: Path) -> None:
    files = write(tmp_path, a="1", b="2")
    assert fingerprint.digest(reversed(files)) == fingerprint.digest(files)
