"""The tests of everything in the repository."""

import shutil
import sys
from pathlib import Path

from spcsmetrics.core import groups
from spcsmetrics.core.files import make_folder, remove_folder
from spcsmetrics.core.paths import BUILD, PLUGIN, PROMETHEUS, ROOT, THANOS
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, program_step
from spcsmetrics.core.toolchain import go_environment, go_step
from spcsmetrics.local import page
from spcsmetrics.local.parts import build_steps
from spcsmetrics.programs import backfill, demo_store, manifest, mended_library, prometheus, thanos
from spcsmetrics.upkeep import coverage

# Compares the receiver with others, which take minutes to compile for the race detector and whose races are not ours.
DIFFERENTIAL = PLUGIN / "differential"
GO_MODULES = (PLUGIN, DIFFERENTIAL, PROMETHEUS / "launcher", THANOS / "launcher")
FUZZERS = (
    ("discovery", "FuzzComment"),
    ("discovery", "FuzzConfigSurvivesYAML"),
    ("discovery", "FuzzDNSAnswer"),
    ("discovery", "FuzzEndpoints"),
    ("sqlapi", "FuzzAnswer"),
    ("sqlapi", "FuzzShapeOfAnswer"),
)
GROUPS = ("simulator", "deploy", "dev")
_PLUGIN_MODULE = BUILD / "otel" / "plugin.mod"
_CACHES = (".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache")


def run_tests(*, dry: bool) -> None:
    """Run the tests: the plugin's with the race detector where there is a C compiler, then the tooling's.

    The latter include those of the built collector and Prometheus against the simulator. Raises UserError when a test
    fails, and when the tests of a language reach too little of its code.
    """
    installs = map(groups.group_step, ("bench", *GROUPS))
    go = [*go_command("test"), *_race(), "./..."]
    go_tests = [
        program_step("Test launcher", go, cwd=PROMETHEUS / "launcher", env=_go_test_environment),
        program_step("Test the launcher of Thanos", go, cwd=THANOS / "launcher", env=_go_test_environment),
        program_step("Test differential", [*go_command("test"), "./..."], cwd=DIFFERENTIAL, env=go_environment),
    ]
    # Races of the library count where it is the one that is shipped.
    covered = [*go, f"-modfile={_PLUGIN_MODULE}", "-coverpkg=./...", f"-coverprofile={coverage.PROFILE}"]
    go_tests += [
        mended_library.plugin_step(_PLUGIN_MODULE),
        program_step(f"Test {PLUGIN.name}", covered, cwd=PLUGIN, env=_go_test_environment),
        coverage.go_step(),
    ]
    if not dry:
        make_folder(BUILD)
    steps = [*installs, go_step(), *go_tests, *build_steps(), *prometheus.build_steps("promtool")]
    steps += [*demo_store.build_steps(), *backfill.build_steps(), *thanos.build_steps(), *coverage.python_steps()]
    carry_out(steps, dry=dry)


def run_board_tests(*, dry: bool) -> None:
    """Run the tests of the boards as the preview draws them, over a store that the real collector fills."""
    parts = page.script_step("Test the parts of the preview", "test")
    tests = program_step("Test the boards", [sys.executable, "-m", "pytest", ROOT / "tests" / "preview"])
    installs = map(groups.group_step, ("bench", *GROUPS))
    steps = [*installs, *build_steps(), *prometheus.build_steps("promtool"), *backfill.build_steps()]
    steps += [*thanos.build_steps(), *page.install_steps(), *page.build_steps(), parts, tests]
    carry_out(steps, dry=dry)


def run_capacity_tests(*, dry: bool) -> None:
    """Run the tests of sizes: minutes each, in control groups with the limits that a size gives."""
    installs = map(groups.group_step, GROUPS)
    command: Args = [sys.executable, "-m", "pytest", ROOT / "tests" / "capacity"]
    tests = program_step("Test what sizes promise (over an hour)", command)
    steps = [*installs, *build_steps(), *prometheus.build_steps("prometheus"), *thanos.build_steps(), tests]
    carry_out(steps, dry=dry)


def run_fuzz(inputs: int, *, dry: bool) -> None:
    """Feed each parser of the plugin that many inputs. Raises UserError on a find.

    A number rather than a time, whose end Go 1.26 may report as a find (https://github.com/golang/go/issues/75804).
    """
    steps = []
    for package, fuzzer in FUZZERS:
        # Minimizing what is only interesting would stall a fuzzer whose coverage varies with timing.
        command = [*go_command("test"), "-run=^$", "-fuzzminimizetime=1x", f"-fuzz=^{fuzzer}$", f"-fuzztime={inputs}x"]
        command.append(f"./{package}")
        steps.append(program_step(f"Fuzz {fuzzer}", command, cwd=PLUGIN, env=go_environment))
    carry_out([go_step(), *steps], dry=dry)


def clean(*, everything: bool, dry: bool) -> None:
    """Remove what the tasks made; with everything also the Python environment that runs this."""
    folders = [BUILD, page.SOURCE / "node_modules", *(ROOT / name for name in _CACHES)]
    if everything:
        folders.append(ROOT / ".venv")
    carry_out([_remove_step(folder) for folder in folders], dry=dry)


def _remove_step(folder: Path) -> Step:
    return Step(
        title=f"Remove {folder.name}",
        detail=f"rm -r {folder}",
        action=lambda: remove_folder(folder),
        skip=lambda: not folder.exists(),
    )


def go_command(verb: str) -> list[str | Path]:
    return ["go", verb, f"-tags={manifest.build_tags()}"]


def _race() -> list[str]:
    return ["-race"] if shutil.which("cc") or shutil.which("gcc") else []


def _go_test_environment() -> dict[str, str]:
    return go_environment() | {"CGO_ENABLED": "1" if _race() else "0"}
