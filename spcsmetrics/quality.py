"""Tests and lint of everything in the repository."""

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from spcsmetrics import collector, environment, fingerprint, process, prometheus
from spcsmetrics.demo.session import build_steps
from spcsmetrics.errors import UserError
from spcsmetrics.images import IMAGES, SIMULATOR_IMAGE
from spcsmetrics.paths import BUILD, OTEL, PLUGIN, PROMETHEUS, ROOT
from spcsmetrics.plan import Step, carry_out, console
from spcsmetrics.preview import page
from spcsmetrics.process import Args
from spcsmetrics.toolchain import go_environment, go_step

STATICCHECK = "v0.8.2"
GO_MODULES = (PLUGIN, OTEL / "healthcheck", PROMETHEUS / "launcher")
DOCKERFILES = tuple(image.dockerfile for image in (*IMAGES.values(), SIMULATOR_IMAGE))
FUZZERS = (
    ("discovery", "FuzzConfigSurvivesYAML"),
    ("discovery", "FuzzDNSAnswer"),
    ("discovery", "FuzzEndpoints"),
    ("sqlapi", "FuzzResult"),
)
_GROUPS = ("simulator", "deploy", "dev")
_COVERAGE = BUILD / "coverage.out"
# Per cent of the plugin's statements that its tests must reach.
MIN_COVERAGE = 90.0


def run_tests(*, dry: bool) -> None:
    """Run the tests: the plugin's with the race detector where there is a C compiler, then the tooling's.

    The latter include those of the built collector and Prometheus against the simulator.
    """
    groups = map(environment.group_step, ("bench", *_GROUPS))
    go = [*_go("test"), *_race(), "./..."]
    go_tests = [_step(f"Test {module.name}", go, cwd=module, env=_go_test_environment) for module in GO_MODULES[1:]]
    covered = [*go, "-coverpkg=./...", f"-coverprofile={_COVERAGE}"]
    go_tests += [_step(f"Test {PLUGIN.name}", covered, cwd=PLUGIN, env=_go_test_environment), _coverage_step()]
    python = _step("Test the tooling", [sys.executable, "-m", "pytest"])
    if not dry:
        BUILD.mkdir(exist_ok=True)
    steps = [*groups, go_step(), *go_tests, *build_steps(), *prometheus.build_steps("promtool"), python]
    carry_out(steps, dry=dry)


def run_board_tests(*, dry: bool) -> None:
    """Run the tests of the boards as the preview draws them, over a store that the real collector fills."""
    check = _step("Check the types of the preview", ["npm", "run", "check"], cwd=page.SOURCE, env=page.node_environment)
    tests = _step("Test the boards", [sys.executable, "-m", "pytest", ROOT / "tests" / "preview"])
    groups = map(environment.group_step, ("bench", *_GROUPS))
    carry_out([*groups, *build_steps(), *page.build_steps(), check, tests], dry=dry)


def run_fuzz(seconds: int, *, dry: bool) -> None:
    """Feed each parser of the plugin what nobody would write, for so many seconds each. Raises UserError on a find."""
    if seconds < 1:
        raise UserError("--seconds takes at least 1")
    steps = []
    for package, fuzzer in FUZZERS:
        # Minimizing what is only interesting would stall a fuzzer whose coverage varies with timing.
        command = [*_go("test"), "-run=^$", "-fuzzminimizetime=1x", f"-fuzz=^{fuzzer}$", f"-fuzztime={seconds}s"]
        command.append(f"./{package}")
        steps.append(_step(f"Fuzz {fuzzer}", command, cwd=PLUGIN, env=go_environment))
    carry_out([go_step(), *steps], dry=dry)


def run_lint(*, dry: bool) -> None:
    """Run every linter; the first that finds something ends the run."""
    script = environment.script
    steps = [
        *map(environment.group_step, (*_GROUPS, "preview")),
        _step("ruff check", [script("ruff"), "check", "."]),
        _step("ruff format", [script("ruff"), "format", "--check", "."]),
        _step("mypy", [script("mypy")]),
        _step("yamllint", [script("yamllint"), "--strict", "."]),
        _step("hadolint", [script("hadolint"), *DOCKERFILES]),
        _step("shellcheck", [script("shellcheck"), "inv", ".ci/run"]),
        *_go_lint(),
    ]
    carry_out(steps, dry=dry)


def _go_lint() -> list[Step]:
    gofmt = Step("gofmt", f"gofmt -l {' '.join(module.name for module in GO_MODULES)}", _check_format)
    steps = [go_step(), gofmt, _staticcheck_step()]
    staticcheck: Args = [BUILD / "bin" / "staticcheck", f"-tags={_tags()}", "./..."]
    for module in GO_MODULES:
        steps.append(_step(f"go vet {module.name}", [*_go("vet"), "./..."], cwd=module, env=go_environment))
        steps.append(_step(f"staticcheck {module.name}", staticcheck, cwd=module, env=go_environment))
    return steps


def _check_format() -> None:
    env = go_environment()
    gofmt = Path(process.run(["go", "env", "GOROOT"], env=env).strip()) / "bin" / "gofmt"
    unformatted = process.run([gofmt, "-l", *GO_MODULES]).split()
    if unformatted:
        raise UserError(f"{', '.join(unformatted)} is not formatted: run gofmt -w on it")


def clean(*, everything: bool, dry: bool) -> None:
    """Remove what the tasks made; with everything also the Python environment that runs this."""
    folders = [BUILD, *(ROOT / name for name in (".mypy_cache", ".pytest_cache", ".ruff_cache"))]
    if everything:
        folders.append(ROOT / ".venv")
    carry_out([_remove_step(folder) for folder in folders], dry=dry)


def _remove_step(folder: Path) -> Step:
    return Step(f"Remove {folder.name}", f"rm -r {folder}", lambda: shutil.rmtree(folder), lambda: not folder.exists())


def _step(
    title: str,
    command: Args,
    *,
    cwd: Path = ROOT,
    env: Callable[[], Mapping[str, str]] = dict,
) -> Step:
    def act() -> None:
        code = process.stream(command, cwd=cwd, env=env())
        if code:
            raise UserError(f"{title} failed with exit code {code}: read its report above")

    where = "" if cwd == ROOT else f" in {cwd.relative_to(ROOT)}"
    return Step(title, process.render(command) + where, act, loud=True)


def _tags() -> str:
    return str(collector.read_manifest()["dist"]["build_tags"])


def _go(verb: str) -> list[str | Path]:
    return ["go", verb, f"-tags={_tags()}"]


def _race() -> list[str]:
    return ["-race"] if shutil.which("cc") or shutil.which("gcc") else []


def _go_test_environment() -> dict[str, str]:
    return go_environment() | {"CGO_ENABLED": "1" if _race() else "0"}


def _coverage_step() -> Step:
    def check() -> None:
        covered = coverage(_COVERAGE.read_text())
        if covered < MIN_COVERAGE:
            raise UserError(
                f"the tests reach {covered:.1f} % of {PLUGIN.name}, and at least {MIN_COVERAGE:.0f} are wanted"
            )
        console.print(f"  the tests reach {covered:.1f} % of the statements")

    return Step(f"Check the coverage of {PLUGIN.name}", f"at least {MIN_COVERAGE:.0f} % in {_COVERAGE}", check)


def coverage(profile: str) -> float:
    """Return the per cent of statements that a profile of `go test` shows as run, helpers of tests aside."""
    run: dict[str, bool] = {}
    size: dict[str, int] = {}
    for line in profile.splitlines()[1:]:
        block, statements, count = line.rsplit(" ", 2)
        if "/internal/dnstest/" in block:
            continue
        size[block] = int(statements)
        run[block] = run.get(block, False) or count != "0"
    return 100 * sum(size[block] for block in size if run[block]) / sum(size.values())


def _staticcheck_step() -> Step:
    binary = BUILD / "bin" / "staticcheck"
    command = ["go", "install", f"honnef.co/go/tools/cmd/staticcheck@{STATICCHECK}"]

    def install() -> None:
        process.run(command, env=go_environment(), remedy="check the network, then run it again")
        fingerprint.mark(binary, STATICCHECK)

    return Step(
        "Install staticcheck", process.render(command), install, lambda: fingerprint.is_current(binary, STATICCHECK)
    )
