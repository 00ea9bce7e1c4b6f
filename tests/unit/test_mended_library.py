"""Prometheus's library is compiled without a fault that one body could end the collector by."""

from pathlib import Path

import pytest

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.programs import licences, mended_library
from spcsmetrics.programs.mended_library import mend

FAULTY = "} else if lName[0] > name[0] {\n" * 2 + "if lName[0] > '_' {\n"


def test_each_place_that_reads_the_first_letter_of_a_name_looks_whether_there_is_one() -> None:
    mended = mend(FAULTY, "v0.1.0")
    assert mended.count("lName[0] >") == mended.count('lName != "" && lName[0] >') == 3


@pytest.mark.parametrize("text", ["", FAULTY * 2, FAULTY.replace("lName[0] > '", "strings.HasPrefix('")])
def test_a_library_that_has_changed_there_is_not_compiled(text: str) -> None:
    with pytest.raises(UserError, match=r"labels_dedupelabels\.go of Prometheus's library v0\.2\.0 is not the one"):
        mend(text, "v0.2.0")


def test_a_library_that_is_a_copy_in_a_folder_keeps_its_licence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listed = (
        "program: go1.26\n\tdep\tgithub.com/a/copied\tv1.0.0\n\t=>\t../library\t(devel)\n"
        "\tdep\tgithub.com/a/fork\tv1.0.0\n\t=>\tgithub.com/b/fork\tv1.1.0\th1:x=\n"
    )
    monkeypatch.setattr(licences, "find_go", lambda: "go")
    monkeypatch.setattr(licences, "go_environment", dict)
    monkeypatch.setattr(process, "run", lambda args, **_: listed if "version" in args else str(tmp_path))
    found = [(module.path, module.version) for module in licences.modules(mended_library.SOURCE)]
    assert found == [("github.com/a/copied", "v1.0.0"), ("github.com/b/fork", "v1.1.0")]
