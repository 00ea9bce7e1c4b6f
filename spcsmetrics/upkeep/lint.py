"""The linters of everything in the repository."""

from pathlib import Path

from spcsmetrics.core import groups, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import COMPOSE_FILE, DEPLOY, ROOT, STANDINS
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, program_step
from spcsmetrics.core.toolchain import go_environment, go_step
from spcsmetrics.images.definition import SHIPPED, SIMULATOR_IMAGE
from spcsmetrics.local import page
from spcsmetrics.programs import backfill, collector_module
from spcsmetrics.programs.manifest import build_tags, read_manifest
from spcsmetrics.programs.tools import tool, tool_step
from spcsmetrics.upkeep import style
from spcsmetrics.upkeep.tests import GO_MODULES, GROUPS, go_command

DOCKERFILES = tuple(image.dockerfile for image in (*SHIPPED.values(), SIMULATOR_IMAGE))
SCRIPTS = (
    "inv",
    ".ci/run",
    ".ci/machine",
    ".github/check-environment",
    ".github/check-settings",
    ".github/propose",
    ".github/publish",
)
_WORKFLOWS = ROOT / ".github" / "workflows"


def run_lint(*, dry: bool) -> None:
    """Run every linter; the first that finds something ends the run."""
    script = groups.script
    steps = [
        *map(groups.group_step, (*GROUPS, "preview")),
        program_step("ruff check", [script("ruff"), "check", "."]),
        program_step("ruff format", [script("ruff"), "format", "--check", "."]),
        program_step("mypy", [script("mypy")]),
        program_step("import-linter", [script("lint-imports"), "--no-logo"]),
        program_step("yamllint", [script("yamllint"), "--strict", "."]),
        program_step("hadolint", [script("hadolint"), *DOCKERFILES]),
        program_step("shellcheck", [script("shellcheck"), *SCRIPTS]),
        Step(title="the collector's module", detail="otel-builder/collector/go.mod", action=_check_module),
        Step(title="the words of docs/style.md", detail="every text of the repository", action=style.check),
        *_workflow_lint(),
        *_schema_lint(),
        *_go_lint(),
        *page.install_steps(),
        page.script_step("tsc", "check"),
        page.script_step("eslint and prettier", "lint"),
    ]
    carry_out(steps, dry=dry)


def _check_module() -> None:
    collector_module.check(read_manifest())


def _workflow_lint() -> list[Step]:
    files = sorted(_WORKFLOWS.glob("*.yml"))
    # A shellcheck beside it looks at what the workflows run.
    actionlint: Args = [tool("actionlint"), "-shellcheck", groups.script("shellcheck"), "-pyflakes=", *files]
    zizmor: Args = [groups.script("zizmor"), "--offline", "--quiet", ".github"]
    return [tool_step("actionlint"), program_step("actionlint", actionlint), program_step("zizmor", zizmor)]


def _schema_lint() -> list[Step]:
    check = groups.script("check-jsonschema")
    workflows = sorted(_WORKFLOWS.glob("*.yml"))
    compose = [COMPOSE_FILE, COMPOSE_FILE.with_name("demo.yaml"), COMPOSE_FILE.with_name("view.yaml")]
    return [
        program_step("schema of workflows", [check, "--builtin-schema", "vendor.github-workflows", *workflows]),
        program_step(
            "schema of renovate", [check, "--builtin-schema", "vendor.renovate", ROOT / ".github/renovate.json"]
        ),
        program_step("schema of compose", [check, "--builtin-schema", "vendor.compose-spec", *compose]),
        program_step("schema of the schema", [check, "--check-metaschema", DEPLOY / "service.schema.json"]),
    ]


def _go_lint() -> list[Step]:
    gofmt = Step(
        title="gofmt", detail=f"gofmt -l {' '.join(module.name for module in GO_MODULES)}", action=_check_format
    )
    steps = [go_step(), gofmt, tool_step("staticcheck")]
    staticcheck: Args = [tool("staticcheck"), f"-tags={build_tags()}", "./..."]
    for module in GO_MODULES:
        steps.append(
            program_step(f"go vet {module.name}", [*go_command("vet"), "./..."], cwd=module, env=go_environment)
        )
        steps.append(program_step(f"staticcheck {module.name}", staticcheck, cwd=module, env=go_environment))
    return steps


def _check_format() -> None:
    env = go_environment()
    gofmt = Path(process.run(["go", "env", "GOROOT"], env=env).strip()) / "bin" / "gofmt"
    unformatted = process.run([gofmt, "-l", *GO_MODULES, STANDINS, backfill.SOURCE]).split()
    if unformatted:
        raise UserError(f"{', '.join(unformatted)} is not formatted: run gofmt -w on it")
