"""Go programs: one as a step, from a folder of sources to a file, for a platform, and large ones with progress."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from spcsmetrics.core import process
from spcsmetrics.core.files import make_folder
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.progress import Progress
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment

# Libraries that do nothing for a single sample are compiled without inlining.
_COLD = (
    "github.com/gogo",
    "github.com/open-telemetry",
    "github.com/shirou",
    "github.com/stretchr",
    "go.opentelemetry.io",
    "go.yaml.in",
    "golang.org/x/text",
    "gonum.org",
    "k8s.io",
)


# What a package costs beside its sources, in bytes of them.
_PACKAGE = 60_000

# The compiler as it costs least where packages are many: garbage is kept, because a process ends soon, and each has
# one thread beside as many others as there are processors. What debuggers read is not made, because the linker leaves
# it out. Measured with grpc and an empty cache: 41 instead of 58 CPU seconds, and up to 360 instead of 300 MB.
THRIFTY = {"GOGC": "400", "GOMAXPROCS": "1"}
_AT_ONCE = f"-p={os.cpu_count() or 1}"
_BARE = "-dwarf=false"


def compile_step(title: str, binary: Path, target: str, *, module: Path, package: str = ".") -> Step:
    """Return the step that compiles a package of a module for a platform, which is fast when nothing changed."""
    command: Args = ["go", "build", "-ldflags", "-s -w", "-o", binary, package]

    def build() -> None:
        make_folder(binary.parent)
        process.run(command, cwd=module, env=go_environment(target), remedy="read the last lines")

    return Step(title=title, detail=f"go build -> {binary.relative_to(ROOT)}", action=build, exclusive=True)


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program to compile.

    Args:
        package: its package, of the module or of one that it requires.
        made: the file.
        link: the linker's flags beside those that leave out what debuggers read.
    """

    package: str
    made: Path
    link: str = ""


def build_large(
    programs: Sequence[Program],
    *,
    module: Path,
    flags: Args,
    env: Mapping[str, str],
    progress: Progress,
    remedy: str,
) -> None:
    """Compile programs of many hundred packages, after weighing those that the build cache lacks by their sources.

    Several are one build, so that one is linked while another is compiled.

    Args:
        programs: whose packages have different last names, by which the compiler calls what it makes.
        module: the folder of go.mod and go.sum, which are not changed.
        flags: those that say which files belong to the packages.
        env: variables to set beside those of this process.
        progress: is moved on by each package.
        remedy: what to do when it fails, as a part of the sentence.
    """
    flags = [*flags, f"-gcflags=all={_BARE}", *(f"-gcflags={library}/...=-l {_BARE}" for library in _COLD)]
    stale = '{{if .Stale}}{{.ImportPath}}\t{{.Dir}}\t{{join .GoFiles "\t"}}{{end}}'
    missing: Args = ["go", "list", "-deps", *flags, "-f", stale, *(program.package for program in programs)]
    listed = process.run(missing, cwd=module, env=env, log=progress.log, remedy=remedy, watch=progress.download)
    # What the compiler says beside the list has no tabs.
    parts = [line.split("\t") for line in listed.splitlines() if "\t" in line]
    progress.begin({path: _weigh(Path(folder), files) for path, folder, *files in parts})
    links = ["-ldflags=-s -w"]
    links += [f"-ldflags={program.package}=-s -w {program.link}" for program in programs if program.link]
    packages = [program.package for program in programs]
    for program in programs:
        make_folder(program.made.parent)
    with tempfile.TemporaryDirectory(dir=programs[0].made.parent) as folder:
        command: Args = ["go", "build", "-v", _AT_ONCE, *flags, *links, "-o", f"{folder}/", *packages]
        process.run(command, cwd=module, env={**env, **THRIFTY}, log=progress.log, remedy=remedy, watch=progress.count)
        for program in programs:
            Path(folder, PurePosixPath(program.package).stem).replace(program.made)


def library_command() -> Args:
    """Return the command that compiles most of Go's own library as build_large does: a fifth of its work.

    The last packages, which wait for each other, are left to the build, where others are compiled beside them. What
    runs beside the command comes first, because a download waits for the network as long as for the processor.
    """
    packages = ("crypto/hpke", "crypto/x509", "html/template", "mime/multipart", "runtime/pprof")
    return ["nice", "go", "build", _AT_ONCE, f"-gcflags=all={_BARE}", *packages]


def _weigh(folder: Path, files: list[str]) -> int:
    return _PACKAGE + sum((folder / file).stat().st_size for file in files if file)
