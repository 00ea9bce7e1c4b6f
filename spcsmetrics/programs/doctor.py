"""The doctor: says for each compute pool whether its metrics can be collected, and the SQL that mends it."""

from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, PLUGIN
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.toolchain import go_environment, go_step, host_platform
from spcsmetrics.programs.collector import folder

# Exit codes of the program: something is wrong with a pool or the account, and it was used wrongly.
UNWELL, MISUSED = 1, 2


def binary(target: str = host_platform()) -> Path:
    """Return where the doctor for a platform goes."""
    return folder(target) / "spcs-doctor"


def build_steps(target: str = host_platform()) -> list[Step]:
    """Return the steps that make the doctor for a platform, which is fast when nothing changed."""
    made = binary(target)
    command: Args = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", made, "./cmd/spcs-doctor"]
    build = Step(
        f"Build the doctor for {target}",
        f"go build -> {made.relative_to(BUILD.parent)}",
        lambda: process.run(command, cwd=PLUGIN, env=go_environment(target), remedy="read the last lines"),
    )
    return [go_step(), build]


def run_doctor(settings: dict[str, str], *, as_json: bool, dry: bool) -> None:
    """Examine the account with flags of the program by name; empty ones are left to its defaults.

    Raises UserError when a pool is broken or the account cannot be asked.
    """
    command = [str(binary()), *(f"--{name}={value}" for name, value in settings.items() if value)]
    if as_json:
        command.append("--json")

    def examine() -> None:
        code = process.stream(command)
        if code == MISUSED:
            raise UserError("the doctor could not begin: mend the setting that it names")
        if code != 0:
            raise UserError("something is wrong: the report says what, and how to mend it")

    carry_out([*build_steps(), Step("Examine the pools", process.render(command), examine, stream=True)], dry=dry)
