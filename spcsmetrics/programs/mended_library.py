"""Prometheus's library as the collector's module is compiled with it: a copy in which a fault of labels is mended."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from spcsmetrics.core import fingerprint, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, relative
from spcsmetrics.core.process import Args
from spcsmetrics.core.progress import Progress
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment
from spcsmetrics.programs import collector_module, gobuild
from spcsmetrics.programs.manifest import build_tags
from spcsmetrics.programs.released import Asset

SOURCE = Path(__file__)
_COPY = BUILD / "otel" / "library"
_GO_MOD, _GO_SUM = _COPY.with_suffix(".mod"), _COPY.with_suffix(".sum")
_LABELS = Path("model", "labels", "labels_dedupelabels.go")
# A body may have a label without a name, as in {""="x"}, of which the library reads the first letter before it refuses
# the body: with the build tag dedupelabels that ends the whole program.
_FAULT, _MENDED, _PLACES = "if lName[0] > ", 'if lName != "" && lName[0] > ', 3
_LEFT_OUT = {"testdata", "documentation", "docs"}


def build_flags() -> Args:
    """Return the flags with which programs of the module are compiled with the copy.

    Raises UserError where the library has changed, so that it may not have the fault any more.
    """
    return [f"-tags={build_tags()}", f"-modfile={write_module()}"]


def build_step(
    package: str,
    wanted: Asset,
    target: str | None,
    *,
    title: str,
    log: Path,
    link: str = "-s -w",
    flags: Callable[[], Args] = build_flags,
) -> Step:
    """Return the step that compiles a program for demos of packages that the collector has, which leaves little to do.

    Args:
        package: the program's, of the collector's module or of one that it requires.
        wanted: the program.
        target: the platform, or None for this machine's.
        title: what is said of it.
        log: where the compiler's lines go.
        link: the linker's flags.
        flags: returns the compiler's: with other tags than the collector's, its packages would be compiled again.
    """
    title += f" on {target}" if target else ""
    progress = Progress(title=title, log=log)

    def build() -> None:
        gobuild.build_large(
            package,
            wanted.made,
            module=collector_module.FOLDER,
            flags=flags(),
            link=link,
            env=go_environment(target or ""),
            progress=progress,
            remedy="read the last lines, and mend the network",
        )
        wanted.mark()

    return Step(
        title=title,
        detail=f"go build {package} in {relative(collector_module.FOLDER)} -> {relative(wanted.made)}",
        action=build,
        skip=wanted.is_current,
        exclusive=True,
        progress=progress,
    )


def write_module() -> Path:
    """Make the copy where it is missing, and return a go.mod with it, which has its go.sum beside it.

    Raises UserError where the library has changed, so that it may not have the fault any more.
    """
    version = collector_module.library_version()
    inputs = fingerprint.digest([SOURCE, *(collector_module.FOLDER / name for name in ("go.mod", "go.sum"))])
    if not fingerprint.is_current(_GO_MOD, inputs):
        _copy(_downloaded(version), version)
        go_mod = (collector_module.FOLDER / "go.mod").read_text()
        # A relative path is the same in every clone, as the program has to be.
        place = os.path.relpath(_COPY, collector_module.FOLDER)
        _GO_MOD.write_text(f"{go_mod}\nreplace {collector_module.LIBRARY} => {place}\n")
        _GO_SUM.write_text((collector_module.FOLDER / "go.sum").read_text())
        fingerprint.mark(_GO_MOD, inputs)
    return _GO_MOD


def mend(text: str, version: str) -> str:
    """Return the source of the library's labels without the fault."""
    if text.count(_FAULT) != _PLACES:
        raise UserError(
            f"{_LABELS} of Prometheus's library {version} is not the one whose fault is mended: see whether it reads"
            f' labels without a name as in {{""="x"}}, and change or remove {SOURCE.name}'
        )
    return text.replace(_FAULT, _MENDED)


def _downloaded(version: str) -> Path:
    command: Args = ["go", "mod", "download", "-json", f"{collector_module.LIBRARY}@{version}"]
    found = process.run(
        command, cwd=collector_module.FOLDER, env=go_environment(), remedy="check the network, then run it again"
    )
    return Path(json.loads(found)["Dir"])


def _copy(library: Path, version: str) -> None:
    for file in library.rglob("*"):
        name = file.relative_to(library)
        if not file.is_file() or file.name.endswith("_test.go") or not _LEFT_OUT.isdisjoint(name.parts):
            continue
        made = _COPY / name
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(mend(file.read_text(), version).encode() if name == _LABELS else file.read_bytes())
