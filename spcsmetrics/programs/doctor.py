"""The doctor: says for each compute pool whether its metrics can be collected, and the SQL that repairs it."""

from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import PLUGIN
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.toolchain import go_step, host_platform
from spcsmetrics.programs.collector import folder
from spcsmetrics.programs.gobuild import compile_step

UNHEALTHY = "something is wrong: the report says what, and how to mend it"
# Exit code of the program when it was used wrongly; 1 says that something is wrong with a pool or the account.
_MISUSED = 2


def binary(target: str | None = None) -> Path:
    """Return where the doctor for a platform, or for this machine's, goes."""
    return folder(target or host_platform()) / "spcs-doctor"


def build_steps(target: str | None = None) -> list[Step]:
    """Return the steps that make the doctor for a platform, or for this machine's."""
    target = target or host_platform()
    title = f"Build the doctor for {target}"
    return [go_step(), compile_step(title, binary(target), target, module=PLUGIN, package="./cmd/spcs-doctor")]


def run_doctor(settings: dict[str, str], *, as_json: bool, dry: bool) -> None:
    """Examine the account with flags of the program by name; empty ones are left to its defaults.

    Raises UserError when a pool is broken or the account is unreachable.
    """
    command = [str(binary()), *(f"--{name}={value}" for name, value in settings.items() if value)]
    if as_json:
        command.append("--json")

    def examine() -> None:
        code = process.stream(command)
        if code == _MISUSED:
            raise UserError("the doctor could not begin: mend the setting that it names")
        if code != 0:
            raise UserError(UNHEALTHY)

    carry_out(
        [*build_steps(), Step(title="Examine the pools", detail=process.render(command), action=examine, stream=True)],
        dry=dry,
    )
