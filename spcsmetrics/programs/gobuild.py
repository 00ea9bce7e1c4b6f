"""Go programs: one as a step, from a folder of sources to a file, for a platform, and large ones with progress."""

import os
from collections.abc import Mapping
from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.files import make_folder
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.progress import Progress
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment

# Libraries that come with others and do nothing for a sample: compiled without inlining, a program is 0.7 MB smaller.
_COLD = (
    "cloud.google.com",
    "github.com/AzureAD",
    "github.com/Azure",
    "github.com/aws",
    "github.com/google/go-tpm",
    "gonum.org",
    "google.golang.org/api",
    "k8s.io",
)


# What a package costs beside its sources, in bytes of them.
_PACKAGE = 60_000

# The compiler as it costs least where packages are many: garbage is kept, because a process ends soon, and each has
# one thread beside as many others as there are processors. What debuggers read is not made, because the linker leaves
# it out. Measured with grpc and an empty cache: 41 instead of 58 CPU seconds, and up to 360 instead of 300 MB.
_THRIFTY = {"GOGC": "400", "GOMAXPROCS": "1"}
_BARE = "-dwarf=false"


def compile_step(title: str, binary: Path, target: str, *, module: Path, package: str = ".") -> Step:
    """Return the step that compiles a package of a module for a platform, which is fast when nothing changed."""
    command: Args = ["go", "build", "-ldflags", "-s -w", "-o", binary, package]

    def build() -> None:
        make_folder(binary.parent)
        process.run(command, cwd=module, env=go_environment(target), remedy="read the last lines")

    return Step(title=title, detail=f"go build -> {binary.relative_to(ROOT)}", action=build, exclusive=True)


def build_large(
    package: str,
    made: Path,
    *,
    module: Path,
    flags: Args,
    link: str,
    env: Mapping[str, str],
    progress: Progress,
    remedy: str,
) -> None:
    """Compile a package of many hundreds, after weighing those that the build cache lacks by their sources.

    Args:
        package: the command, of the module or of one that it requires.
        made: the program.
        module: the folder of go.mod and go.sum, which are not changed.
        flags: those that say which files belong to the packages.
        link: the linker's.
        env: variables to set beside those of this process.
        progress: is moved on by each package.
        remedy: what to do when it fails, as a part of the sentence.
    """
    make_folder(made.parent)
    flags = [*flags, f"-gcflags=all={_BARE}", *(f"-gcflags={library}/...=-l {_BARE}" for library in _COLD)]
    stale = '{{if .Stale}}{{.ImportPath}}\t{{.Dir}}\t{{join .GoFiles "\t"}}{{end}}'
    missing: Args = ["go", "list", "-deps", *flags, "-f", stale, package]
    listed = process.run(missing, cwd=module, env=env, log=progress.log, remedy=remedy, watch=progress.download)
    # What the compiler says beside the list has no tabs.
    parts = [line.split("\t") for line in listed.splitlines() if "\t" in line]
    progress.begin({path: _weigh(Path(folder), files) for path, folder, *files in parts})
    at_once = f"-p={os.cpu_count() or 1}"
    command: Args = ["go", "build", "-v", at_once, *flags, f"-ldflags={link}", "-o", made, package]
    process.run(command, cwd=module, env={**env, **_THRIFTY}, log=progress.log, remedy=remedy, watch=progress.count)


def _weigh(folder: Path, files: list[str]) -> int:
    return _PACKAGE + sum((folder / file).stat().st_size for file in files if file)
