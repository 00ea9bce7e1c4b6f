"""Programs of a release: fetched where it was made of the same sources, otherwise left to be made."""

import gzip
import http.server
import os
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.local import page, parts
from spcsmetrics.programs import backfill, collector, demo_store, gobuild, mended_library, prometheus, released
from spcsmetrics.programs.released import Asset


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the library
        """Say nothing."""


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a folder as the release of this version, and return it."""
    folder = tmp_path / "releases" / f"v{PRODUCT}"
    folder.mkdir(parents=True)
    handler = partial(Quiet, directory=folder.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv(released.MIRROR, f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(released, "FOLDER", folder)
        yield folder
        server.shutdown()


def program(folder: Path, inputs: str = "a" * 64) -> Asset:
    return Asset(name="spcs-otelcol-linux-amd64", made=folder / "spcs-otelcol", inputs=inputs)


def publish(asset: Asset, text: str = "#!/bin/sh\necho it runs\n") -> None:
    asset.made.parent.mkdir(parents=True, exist_ok=True)
    asset.made.write_text(text)
    asset.made.chmod(0o755)
    asset.mark()
    carry_out([released.pack_step(asset)])


def test_a_program_of_the_same_sources_is_fetched_and_runs(release: Path, tmp_path: Path) -> None:
    publish(program(tmp_path / "theirs"))
    wanted = program(tmp_path / "ours")
    carry_out([released.look_step([wanted], "programs")])
    assert wanted.is_current()
    assert wanted.made.read_text().endswith("it runs\n")
    assert wanted.made.stat().st_mode & 0o777 == 0o755
    assert [file.name for file in wanted.made.parent.iterdir() if file != wanted.made] == ["spcs-otelcol.sha256"]


def test_a_folder_is_fetched_in_place_of_an_older_one(release: Path, tmp_path: Path) -> None:
    theirs, ours = (Asset(name="boards", made=tmp_path / who / "page", inputs="b" * 64) for who in ("theirs", "ours"))
    for asset, file in ((theirs, "new.html"), (ours, "old.html")):
        asset.made.mkdir(parents=True)
        (asset.made / file).touch()
    theirs.mark()
    carry_out([released.pack_step(theirs), released.look_step([ours], "boards")])
    assert [file.name for file in ours.made.iterdir()] == ["new.html"]


def test_packing_twice_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    asset = program(tmp_path / "theirs")
    found = []
    for _ in range(2):
        publish(asset)
        found.append((release / asset.file_name).read_bytes())
    assert found[0] == found[1]


def test_what_was_made_of_other_sources_is_not_packed(release: Path, tmp_path: Path) -> None:
    publish(program(tmp_path / "theirs"))
    with pytest.raises(UserError, match="was made of other sources"):
        carry_out([released.pack_step(program(tmp_path / "theirs", "c" * 64))])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "has no spcs-otelcol-linux-amd64 of these sources: it is made here"),
        (b"<html>a proxy's page</html>", "cannot be unpacked"),
        (b"", "cannot be unpacked"),
        (gzip.compress(b"x" * 2000, mtime=0)[:20], "cannot be unpacked"),
    ],
)
def test_what_cannot_be_had_is_one_line_and_is_made_here(
    content: bytes | None, said: str, release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = program(tmp_path / "ours")
    if content is not None:
        (release / wanted.file_name).write_bytes(content)
    made: list[str] = []
    compile_it = Step(title="Compile", detail="", action=lambda: made.append("here"), skip=wanted.is_current)
    carry_out([released.look_step([wanted], "programs"), compile_it])
    assert made == ["here"]
    assert said in " ".join(capsys.readouterr().err.split())
    assert not wanted.made.exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.REGTYPE])
@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "spcs-otelcol"])  # noqa: S108 - is refused
@pytest.mark.parametrize("filters", [True, False], ids=["new Python", "old Python"])
def test_what_leaves_the_folder_or_is_no_file_is_refused(
    kind: bytes, name: str, filters: bool, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not filters:
        monkeypatch.setattr(released, "_FILTER", {})
    wanted = program(tmp_path / "ours")
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    with tarfile.open(release / wanted.file_name, "w:gz") as archive:
        archive.addfile(member)
    base = f"{os.environ[released.MIRROR]}/v{PRODUCT}"
    if kind == tarfile.REGTYPE and name == "spcs-otelcol":
        released.fetch(wanted, base)
        assert wanted.is_current()
        return
    with pytest.raises(UserError, match="does not belong in it"):
        released.fetch(wanted, base)
    assert not wanted.made.exists()
    assert not (tmp_path / "outside").exists()


class CutOff(http.server.BaseHTTPRequestHandler):
    """Announces more than it sends, with a length that may be nonsense."""

    length = "1000000"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", self.length)
        self.end_headers()
        self.wfile.write(gzip.compress(b"x" * 600, mtime=0)[:12])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the library
        """Say nothing."""


@pytest.mark.parametrize("length", ["1000000", "many"])
def test_a_download_that_is_cut_off_is_one_line(
    length: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(CutOff, "length", length)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), CutOff) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv(released.MIRROR, f"http://127.0.0.1:{server.server_port}")
        wanted = program(tmp_path / "ours")
        carry_out([released.look_step([wanted], "programs")])
        server.shutdown()
    assert "it is made here" in " ".join(capsys.readouterr().err.split())
    assert not wanted.made.exists()


def test_another_programs_file_under_its_name_is_refused(release: Path, tmp_path: Path) -> None:
    other = Asset(name="other", made=tmp_path / "theirs" / "other", inputs="d" * 64)
    publish(other)
    wanted = program(tmp_path / "ours")
    (release / other.file_name).rename(release / wanted.file_name)
    with pytest.raises(UserError, match="spcs-otelcol is not in it"):
        released.fetch(wanted, f"{os.environ[released.MIRROR]}/v{PRODUCT}")


def test_a_release_that_cannot_be_reached_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(released.MIRROR, "http://127.0.0.1:9")
    carry_out([released.look_step([program(tmp_path), program(tmp_path / "second")], "programs")])
    said = " ".join(capsys.readouterr().err.split())
    assert said.count("cannot be fetched (ConnectionError): it is made here") == 1


@pytest.fixture
def new_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be built, and nothing be in Go's cache."""
    for module in (backfill, collector, demo_store):
        monkeypatch.setattr(module, "BUILD", tmp_path / "build")
    monkeypatch.setattr(page, "PAGE", tmp_path / "build" / "page")
    monkeypatch.setattr(collector, "is_compiled_before", lambda: False)
    monkeypatch.setattr(prometheus, "find_installed", lambda: None)
    monkeypatch.setattr(prometheus, "is_built", lambda: False)


def test_a_demo_on_a_new_machine_takes_programs_and_boards_of_the_release(
    new_machine: None, release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for asset in (collector.asset(), demo_store.asset()):
        publish(asset)
        asset.made.unlink()
    boards = page.asset()
    boards.made.mkdir(parents=True)
    (boards.made / "index.html").touch()
    boards.mark()
    carry_out([released.pack_step(boards)])
    (boards.made / "index.html").unlink()
    boards.made.rmdir()
    carry_out(steps_of_programs())
    assert collector.asset().is_current()
    assert demo_store.asset().is_current()
    assert page.is_built()
    said = capsys.readouterr().err
    assert "- Build the collector and the demo's Prometheus: up to date" in said
    assert "packages" not in said, "nothing is compiled"


def steps_of_programs(*, from_source: bool = False, history: bool = False) -> list[Step]:
    steps = parts.demo_steps(from_source=from_source, history=history)
    return [step for step in steps if "of group simulator" not in step.title]


def test_a_demo_from_source_looks_for_nothing(new_machine: None) -> None:
    titles = [step.title for step in parts.demo_steps()]
    assert titles[0].startswith("Look for")
    assert [step.title for step in parts.demo_steps(from_source=True)] == titles[1:]


def test_a_machine_that_compiled_it_before_does_not_look(new_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not parts.demo_steps()[0].skip()
    monkeypatch.setattr(collector, "is_compiled_before", lambda: True)
    assert parts.demo_steps()[0].skip()


def test_a_demo_of_a_day_looks_for_the_writer_of_its_history_too(new_machine: None) -> None:
    look, *steps = steps_of_programs(history=True)
    assert "/backfill-" in look.detail
    assert steps[-1].title == "Build the writer of a history"
    assert "/backfill-" not in parts.demo_steps()[0].detail


def test_a_demo_from_source_compiles_what_was_fetched_before(
    new_machine: None, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(mended_library, "build_flags", list)
    monkeypatch.setattr(
        gobuild, "build_large", lambda programs, **_: compiled.extend(one.made.name for one in programs)
    )
    for wanted in (collector.asset(), demo_store.asset()):
        publish(wanted)
    assert steps_of_programs(from_source=True)[-1].skip(), "both were made here"
    collector.asset().made.unlink()
    released.fetch(collector.asset(), f"{os.environ[released.MIRROR]}/v{PRODUCT}")
    assert steps_of_programs()[-1].skip()
    build = steps_of_programs(from_source=True)[-1]
    assert not build.skip()
    build.action()
    assert compiled == ["spcs-otelcol"], "the other one is there"
