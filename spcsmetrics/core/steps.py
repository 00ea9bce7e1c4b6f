"""What a task will do, as data: printed by --dry, carried out otherwise."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args

console = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Step:
    """One thing to do: its title, the command or file it comes down to, and the function that does it.

    skip tells, when the step's turn comes, that there is nothing to do. A step that writes to the terminal itself,
    such as a test runner, is loud.
    """

    title: str
    detail: str
    action: Callable[[], object]
    skip: Callable[[], bool] = lambda: False
    loud: bool = False


def carry_out(steps: Iterable[Step], *, dry: bool = False) -> None:
    """Do the steps in order, each once, with progress on standard error; with dry, print them and change nothing."""
    for step in {(step.title, step.detail): step for step in steps}.values():
        if dry:
            print(f"{step.title}\n    {step.detail}")  # noqa: T201 - the plan is the output
        elif step.skip():
            console.print(f"[dim]- {step.title}: up to date[/dim]")
        else:
            _do(step)


def _do(step: Step) -> None:
    started = time.monotonic()
    if step.loud:
        console.print(f"- {step.title}: {step.detail}")
        step.action()
    else:
        with console.status(f"{step.title} ..."):
            step.action()
    console.print(f"- {step.title}: done in {time.monotonic() - started:.1f} s")


def program_step(
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
