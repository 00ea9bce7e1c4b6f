"""Programs are compiled without a fault that one body could end the collector by, and without what they do not use."""

from pathlib import Path

import pytest

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import PLUGIN
from spcsmetrics.programs import collector_module, gobuild, licences, mended_library
from spcsmetrics.programs.mended_library import mend
from spcsmetrics.programs.released import Asset

READING = "} else if lName[0] > name[0] {\n" * 2 + "if lName[0] > '_' {\n"
FAULTY = READING + "syms: b.syms.nameTable\n" * 3


def test_each_place_that_reads_the_first_letter_of_a_name_looks_whether_there_is_one() -> None:
    mended = mend(FAULTY, "v0.1.0")
    assert mended.count("lName[0] >") == mended.count('lName != "" && lName[0] >') == 3


def test_each_place_that_reads_which_table_has_the_names_locks_it() -> None:
    mended = mend(FAULTY, "v0.1.0")
    assert (mended.count("syms.nameTable"), mended.count("syms.names()")) == (0, 3)
    assert "t.mx.Lock()" in mended.partition("names() *nameTable {")[2]


@pytest.mark.parametrize(
    "text",
    ["", READING, FAULTY * 2, FAULTY.replace("lName[0] > '", "strings.HasPrefix('"), FAULTY + "b.syms.nameTable"],
)
def test_a_library_that_has_changed_there_is_not_compiled(text: str) -> None:
    with pytest.raises(UserError, match=r"labels_dedupelabels\.go of Prometheus's library v0\.2\.0 is not the one"):
        mend(text, "v0.2.0")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library as it is downloaded, and its mended copy's folder in another place."""
    files = {"model/labels/labels_dedupelabels.go": FAULTY, "storage/remote/azuread/azuread.go": "package real"}
    files |= {"storage/remote/azuread/more.go": "package real", "storage/remote/client.go": "package remote"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    made = tmp_path / "odd 'build'" / "library"
    monkeypatch.setattr(mended_library, "_COPY", made)
    monkeypatch.setattr(mended_library, "_GO_MOD", made.with_suffix(".mod"))
    monkeypatch.setattr(mended_library, "_downloaded", lambda _: tmp_path)
    return made


def test_a_package_with_a_stand_in_is_left_out_of_the_copy_whole(library: Path) -> None:
    (library / "storage/remote/azuread").mkdir(parents=True)
    (library / "storage/remote/azuread/old.go").touch()
    mended_library.write_module()
    assert [file.name for file in (library / "storage/remote/azuread").iterdir()] == ["azuread.go"]
    assert "built without" in (library / "storage/remote/azuread/azuread.go").read_text()
    assert (library / "storage/remote/client.go").read_text() == "package remote"


def test_each_stand_in_takes_the_place_of_a_module_that_is_required(library: Path) -> None:
    required = (collector_module.FOLDER / "go.mod").read_text()
    sums = (collector_module.FOLDER / "go.sum").read_text()
    lines = mended_library.write_module().read_text().removeprefix(required).split("\n")
    replaced = dict(line.removeprefix("replace ").split(" => ") for line in lines if line)
    assert len(replaced) == 14
    for module, place in replaced.items():
        assert f"\t{module} v" in required or f"\n{module} v" in sums
        assert (collector_module.FOLDER / place).resolve().is_dir()
    assert library.with_suffix(".sum").read_text() == sums


def test_the_plugin_is_tested_with_the_copy(library: Path, tmp_path: Path) -> None:
    module = tmp_path / "plugin.mod"
    mended_library.plugin_step(module).action()
    required, _, replaced = module.read_text().partition(f"\nreplace {collector_module.LIBRARY} => ")
    assert required == (PLUGIN / "go.mod").read_text()
    assert (PLUGIN / replaced.strip()).resolve() == library
    assert module.with_suffix(".sum").read_text() == (PLUGIN / "go.sum").read_text()


@pytest.mark.parametrize("cache_alone", [False, True])
def test_a_first_build_says_once_what_it_downloads(
    cache_alone: bool,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    downloaded = [cache_alone]

    def download(_: str) -> Path:
        downloaded[0] = True
        return tmp_path

    monkeypatch.setattr(collector_module, "is_downloaded", lambda: downloaded[0])
    monkeypatch.setattr(mended_library, "_downloaded", download)
    monkeypatch.setattr(gobuild, "build_large", lambda *_, **__: None)
    if cache_alone:
        # Somebody empties Go's cache after the copy was made.
        mended_library.write_module()
        downloaded[0] = False
    made = Asset(name="program", made=tmp_path / "program", inputs="1")
    source = mended_library.Source(asset=made, package="example.com/program")
    mended_library.build_step(source, target=None, title="Build it").action()
    assert capsys.readouterr().err.count("first build on this machine") == 1


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
