"""The linters of everything in the repository, and the search for known vulnerabilities."""

import sys
from pathlib import Path

from spcsmetrics.core import fingerprint, groups, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, COMPOSE_FILE, DEPLOY, LOCKS, ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, program_step
from spcsmetrics.core.toolchain import go_environment, go_step
from spcsmetrics.images.definition import IMAGES, SIMULATOR_IMAGE
from spcsmetrics.local import page
from spcsmetrics.upkeep.tests import GO_MODULES, GROUPS, build_tags, go_command

DOCKERFILES = tuple(image.dockerfile for image in (*IMAGES.values(), SIMULATOR_IMAGE))
# Programs that are Go modules, by name: where their command is, and the version.
TOOLS = {
    "staticcheck": ("honnef.co/go/tools/cmd/staticcheck", "v0.8.2"),
    "actionlint": ("github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12"),
    "govulncheck": ("golang.org/x/vuln/cmd/govulncheck", "v1.9.0"),
    "grype": ("github.com/anchore/grype/cmd/grype", "v0.121.2"),
}
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
        program_step("shellcheck", [script("shellcheck"), "inv", ".ci/run", ".github/start-registry"]),
        *_workflow_lint(),
        *_schema_lint(),
        *_go_lint(),
        *page.install_steps(),
        page.script_step("tsc", "check"),
        page.script_step("eslint and prettier", "lint"),
    ]
    carry_out(steps, dry=dry)


def _workflow_lint() -> list[Step]:
    files = sorted(_WORKFLOWS.glob("*.yml"))
    # A shellcheck beside it looks at what the workflows run.
    actionlint: Args = [_tool("actionlint"), "-shellcheck", groups.script("shellcheck"), "-pyflakes=", *files]
    zizmor: Args = [groups.script("zizmor"), "--offline", "--quiet", ".github"]
    return [_tool_step("actionlint"), program_step("actionlint", actionlint), program_step("zizmor", zizmor)]


def _schema_lint() -> list[Step]:
    check = groups.script("check-jsonschema")
    workflows = sorted(_WORKFLOWS.glob("*.yml"))
    dependabot = ROOT / ".github" / "dependabot.yml"
    return [
        program_step("schema of workflows", [check, "--builtin-schema", "vendor.github-workflows", *workflows]),
        program_step("schema of dependabot", [check, "--builtin-schema", "vendor.dependabot", dependabot]),
        program_step("schema of compose", [check, "--builtin-schema", "vendor.compose-spec", COMPOSE_FILE]),
        program_step("schema of the schema", [check, "--check-metaschema", DEPLOY / "service.schema.json"]),
    ]


def _go_lint() -> list[Step]:
    gofmt = Step(
        title="gofmt", detail=f"gofmt -l {' '.join(module.name for module in GO_MODULES)}", action=_check_format
    )
    steps = [go_step(), gofmt, _tool_step("staticcheck")]
    staticcheck: Args = [_tool("staticcheck"), f"-tags={build_tags()}", "./..."]
    for module in GO_MODULES:
        steps.append(
            program_step(f"go vet {module.name}", [*go_command("vet"), "./..."], cwd=module, env=go_environment)
        )
        steps.append(program_step(f"staticcheck {module.name}", staticcheck, cwd=module, env=go_environment))
    return steps


def _check_format() -> None:
    env = go_environment()
    gofmt = Path(process.run(["go", "env", "GOROOT"], env=env).strip()) / "bin" / "gofmt"
    unformatted = process.run([gofmt, "-l", *GO_MODULES]).split()
    if unformatted:
        raise UserError(f"{', '.join(unformatted)} is not formatted: run gofmt -w on it")


def _tool(name: str) -> Path:
    return BUILD / "bin" / name


def _tool_step(name: str) -> Step:
    module, version = TOOLS[name]
    command = ["go", "install", f"{module}@{version}"]

    def install() -> None:
        process.run(command, env=go_environment(), remedy="check the network, then run it again")
        fingerprint.mark(_tool(name), version)

    return Step(
        title=f"Install {name}",
        detail=process.render(command),
        action=install,
        skip=lambda: fingerprint.is_current(_tool(name), version),
    )


def run_audit(*, dry: bool) -> None:
    """Look up what is locked in the advisory databases of PyPI and Go, which needs a network."""
    steps = [groups.group_step("audit"), go_step(), _tool_step("govulncheck")]
    for lock in sorted(LOCKS.glob("*.txt")):
        command: Args = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--requirement", lock]
        steps.append(program_step(f"pip-audit {lock.stem}", command))
    for module in GO_MODULES:
        command = [_tool("govulncheck"), f"-tags={build_tags()}", "./..."]
        steps.append(program_step(f"govulncheck {module.name}", command, cwd=module, env=go_environment))
    carry_out(steps, dry=dry)


def run_scan(*, dry: bool) -> None:
    """Look up what is inside the built images in grype's database, which needs a network."""
    steps = [go_step(), _tool_step("grype")]
    for image in IMAGES.values():
        command: Args = [_tool("grype"), f"docker:{image.reference}", "--only-fixed", "--fail-on", "high"]
        steps.append(program_step(f"grype {image.name}", command))
    carry_out(steps, dry=dry)
