"""Programs of others that are Go modules: each is compiled when a task first needs it, at the version named here."""

from pathlib import Path

from spcsmetrics.core import fingerprint, process
from spcsmetrics.core.paths import BUILD
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment

# By name: the module, the folder of the command in it, and the version. Go compares modules with its checksum database.
TOOLS = {
    "staticcheck": ("honnef.co/go/tools", "/cmd/staticcheck", "v0.8.2"),
    "actionlint": ("github.com/rhysd/actionlint", "/cmd/actionlint", "v1.7.12"),
    "govulncheck": ("golang.org/x/vuln", "/cmd/govulncheck", "v1.9.0"),
    "grype": ("github.com/anchore/grype", "/cmd/grype", "v0.121.2"),
    "registry": ("github.com/distribution/distribution/v3", "/cmd/registry", "v3.1.2"),
    "act": ("github.com/nektos/act", "", "v0.2.89"),
}


def tool(name: str) -> Path:
    """Return where a tool is once it is installed."""
    return BUILD / "bin" / name


def tool_step(name: str) -> Step:
    """Return the step that installs a tool unless this version of it is there; it needs the Go toolchain."""
    module, folder, version = TOOLS[name]
    command = ["go", "install", f"{module}{folder}@{version}"]

    def install() -> None:
        process.run(command, env=go_environment(), remedy="check the network, then run it again")
        fingerprint.mark(tool(name), version)

    return Step(
        title=f"Install {name}",
        detail=process.render(command),
        action=install,
        skip=lambda: fingerprint.is_current(tool(name), version),
    )
