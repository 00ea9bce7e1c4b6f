"""What the collector's module is compiled with: a mended copy of Prometheus's library, and stand-ins.

A stand-in takes the place of a module, or of a package of the library, that comes with others and that nothing here
uses: the detectors of clouds and the sign-ins to their stores, with the libraries of three clouds behind them, the
client of Kubernetes, keys in a TPM, lz4, and the description of Prometheus's API. Where a configuration asks for one,
it is refused. What the demo's store sends alerts by is written anew, without what validates it.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from spcsmetrics.core import fingerprint, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, PLUGIN, STANDINS, relative
from spcsmetrics.core.process import Args
from spcsmetrics.core.progress import Progress
from spcsmetrics.core.steps import Step, console
from spcsmetrics.core.toolchain import go_environment, host_platform
from spcsmetrics.programs import collector_module, gobuild
from spcsmetrics.programs.gobuild import Program
from spcsmetrics.programs.manifest import build_tags
from spcsmetrics.programs.released import Asset

SOURCE = Path(__file__)
# Measured with empty caches: collector and the demo's store together.
FIRST_BUILD = (
    "first build on this machine: it downloads about 98 MB of Go modules, compiles about 980 packages in some"
    " minutes, and keeps 0.9 GB in Go's caches"
)
# Go asks for as many modules at once as it may use processors: 200 of them took 14 s instead of 18 to 32 s with two.
_MANY_AT_ONCE = {"GOMAXPROCS": "24"}
_LOG = BUILD / "otel" / "build.log"
_REMEDY = "read the last lines, and mend the source or the network; ./inv lock.collector where go.mod needs updating"
# Of packages of the library, at their places in it; the others are modules.
_OF_LIBRARY = STANDINS / "prometheus"
_COPY = BUILD / "otel" / "library"
_GO_MOD = _COPY.with_suffix(".mod")
_LABELS = Path("model", "labels", "labels_dedupelabels.go")
# What is wrong there with the build tag dedupelabels, what takes its place, and how often it is there.
_MENDS = (
    # A body may have a label without a name, as in {""="x"}, of which the library reads the first letter before it
    # refuses the body: that ends the whole program.
    ("if lName[0] > ", 'if lName != "" && lName[0] > ', 3),
    # Scrapes of a pool share a table of names. The library locks it to add a name, for which it may take another table,
    # and reads without the lock which table it is.
    ("b.syms.nameTable", "b.syms.names()", 3),
)
_NAMES = """
// names returns the table that has all names of this moment.
func (t *SymbolTable) names() *nameTable {
	t.mx.Lock()
	defer t.mx.Unlock()
	return t.nameTable
}
"""
_LEFT_OUT = {"testdata", "documentation", "docs"}


def build_flags() -> Args:
    """Return the flags with which programs of the module are compiled with the copy.

    Raises UserError where the library has changed, so that it may not have the faults any more.
    """
    return [f"-tags={build_tags()}", f"-modfile={write_module()}"]


@contextmanager
def preparing() -> Iterator[None]:
    """Download modules, and compile Go's library, which needs none of them, while something else is done."""
    env = go_environment(host_platform())
    with process.running(gobuild.library_command(), cwd=collector_module.FOLDER, env=env | gobuild.THRIFTY):
        download: Args = ["go", "list", "-deps", *build_flags(), ".", collector_module.STORE]
        with process.running(download, cwd=collector_module.FOLDER, env=env | _MANY_AT_ONCE):
            yield


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a program is compiled from.

    Args:
        asset: the program.
        package: its package, of the collector's module or of one that it requires.
        link: the linker's flags beside those that all have.
    """

    asset: Asset
    package: str
    link: str = ""


def build_step(
    *sources: Source,
    target: str | None,
    title: str,
    is_there: Callable[[Asset], bool] = Asset.is_current,
) -> Step:
    """Return the step that compiles those programs that are not there, at once, because they share their packages.

    Args:
        sources: of the programs.
        target: the platform, or None for this machine's.
        title: what is said of it.
        is_there: whether a program need not be compiled.
    """
    progress = Progress(title=title, log=_LOG)

    def build() -> None:
        # A first copy of the library says what is downloaded; the next line does where only the cache is gone.
        flags = build_flags()
        _announce()
        lacking = [source for source in sources if not is_there(source.asset)]
        gobuild.build_large(
            [Program(package=one.package, made=one.asset.made, link=one.link) for one in lacking],
            module=collector_module.FOLDER,
            flags=flags,
            env=go_environment(target or host_platform()),
            progress=progress,
            remedy=_REMEDY,
        )
        for source in lacking:
            source.asset.mark()

    packages = " ".join(one.package for one in sources)
    made = ", ".join(str(relative(one.asset.made)) for one in sources)
    return Step(
        title=title,
        detail=f"go build {packages} in {relative(collector_module.FOLDER)} -> {made}",
        action=build,
        skip=lambda: all(is_there(source.asset) for source in sources),
        exclusive=True,
        progress=progress,
    )


def source_files() -> list[Path]:
    """Return the files that programs depend on beside the module's own."""
    return [SOURCE, *STANDINS.rglob("go.mod"), *STANDINS.rglob("*.go")]


def _announce() -> None:
    if not collector_module.is_downloaded():
        console.print(f"  {FIRST_BUILD}")


def write_module() -> Path:
    """Make the copy where it is missing, and return a go.mod with all of it, which has its go.sum beside it.

    Raises UserError where the library has changed, so that it may not have the faults any more.
    """
    version = collector_module.library_version()
    inputs = fingerprint.digest([*source_files(), *(collector_module.FOLDER / name for name in ("go.mod", "go.sum"))])
    if not fingerprint.is_current(_GO_MOD, inputs):
        _announce()
        _copy(_downloaded(version), version)
        places = {file.read_text().split()[1]: file.parent for file in sorted(STANDINS.rglob("go.mod"))}
        _write(_GO_MOD, collector_module.FOLDER, {collector_module.LIBRARY: _COPY} | places)
        fingerprint.mark(_GO_MOD, inputs)
    return _GO_MOD


def plugin_step(made: Path) -> Step:
    """Return the step that writes the plugin's go.mod with the copy, by which its tests run with what is shipped."""

    def write() -> None:
        write_module()
        _write(made, PLUGIN, {collector_module.LIBRARY: _COPY})

    detail = f"{relative(PLUGIN)}/go.mod with {relative(_COPY)} -> {relative(made)}"
    return Step(title="Mend the library of the plugin's tests", detail=detail, action=write, exclusive=True)


def _write(made: Path, module: Path, places: dict[str, Path]) -> None:
    """Write the go.mod of a module with other modules at these places, and its go.sum beside it."""
    # A relative path is the same in every clone, as the program has to be.
    replaced = [f"replace {name} => {os.path.relpath(place, module)}\n" for name, place in places.items()]
    made.write_text(f"{(module / 'go.mod').read_text()}\n{''.join(replaced)}")
    made.with_suffix(".sum").write_text((module / "go.sum").read_text())


def mend(text: str, version: str) -> str:
    """Return the source of the library's labels without its faults."""
    for fault, mended, places in _MENDS:
        if text.count(fault) != places:
            raise UserError(
                f"{_LABELS} of Prometheus's library {version} is not the one whose faults are mended: see whether"
                f" `{fault.strip()}` is still wrong where it stands, and change or remove {SOURCE.name}"
            )
        text = text.replace(fault, mended)
    return text + _NAMES


def _downloaded(version: str) -> Path:
    command: Args = ["go", "mod", "download", "-json", f"{collector_module.LIBRARY}@{version}"]
    found = process.run(
        command, cwd=collector_module.FOLDER, env=go_environment(), remedy="check the network, then run it again"
    )
    return Path(json.loads(found)["Dir"])


def _copy(library: Path, version: str) -> None:
    shutil.rmtree(_COPY, ignore_errors=True)
    replaced = {file.parent.relative_to(_OF_LIBRARY) for file in _OF_LIBRARY.rglob("*.go")}
    for file in library.rglob("*"):
        name = file.relative_to(library)
        if not file.is_file() or file.name.endswith("_test.go") or not _LEFT_OUT.isdisjoint(name.parts):
            continue
        if name.parent in replaced:
            continue
        made = _COPY / name
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(mend(file.read_text(), version).encode() if name == _LABELS else file.read_bytes())
    shutil.copytree(_OF_LIBRARY, _COPY, dirs_exist_ok=True)
