"""What a task will do, as data: printed by --dry, carried out otherwise."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.locks import hold_build
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.progress import Progress
from spcsmetrics.core.terminal import Terminal
from spcsmetrics.core.text import visible

console = Terminal(stderr=True)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do.

    Args:
        title: what it does, in the imperative.
        detail: the command, statement or file that it comes down to.
        action: does it; raises UserError when it fails.
        skip: returns, when the step's turn comes, whether there is nothing to do.
        stream: the action writes to the terminal itself, such as a test runner, so no spinner is drawn meanwhile.
        exclusive: the action writes where the same step of another ./inv in this clone would.
        progress: how far the action is, which the spinner shows.
        meanwhile: holds what runs beside the action because a later step needs it.

    Example:
        Step("Build the page", "vite build -> build/page", build, skip=lambda: is_current(PAGE, inputs))
    """

    title: str
    detail: str
    action: Callable[[], object]
    skip: Callable[[], bool] = lambda: False
    stream: bool = False
    exclusive: bool = False
    progress: Progress | None = None
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext


def carry_out(steps: Iterable[Step], *, dry: bool = False) -> None:
    """Do the steps in order, with progress on standard error.

    Steps are the same when title and detail are: of those only the first is done, at its place. So each part of a task
    lists all that it needs, and what two parts need, such as the Go toolchain, is installed once.

    Args:
        steps: what to do.
        dry: print title and detail of each on standard output, and change nothing.

    Raises:
        UserError: a step failed; those after it were not begun.

    Example:
        carry_out([go_step(), *collector.build_steps(), *doctor.build_steps()], dry=dry)
    """
    first: dict[tuple[str, str], Step] = {}
    for step in steps:
        first.setdefault((step.title, step.detail), step)
    for step in first.values():
        if dry:
            print(visible(f"{step.title}\n    {step.detail}"))  # noqa: T201 - the plan is the output
        else:
            _do_unless_current(step)


def _do_unless_current(step: Step) -> None:
    current = step.skip()
    if not current and step.exclusive:
        with hold_build(console.print):
            # The one that held the lock may have made it.
            current = step.skip()
            if not current:
                _do(step)
                return
    if current:
        console.print(f"- {step.title}: up to date", style="dim")
    else:
        _do(step)


def _do(step: Step) -> None:
    started = time.monotonic()
    if step.stream:
        console.print(f"- {step.title}: {step.detail}")
        step.action()
    else:
        if step.progress and not console.redraws:
            step.progress.say = console.print
        with console.status(step.progress or f"{step.title} ..."), step.meanwhile():
            step.action()
    console.print(f"- {step.title}: done in {time.monotonic() - started:.1f} s")


def program_step(
    title: str,
    command: Args,
    *,
    cwd: Path = ROOT,
    env: Callable[[], Mapping[str, str]] = dict,
) -> Step:
    """Return the step that runs a program whose report is for the reader, and that fails when the program does.

    Args:
        title: what the program does.
        command: the program and its arguments.
        cwd: the folder to run it in.
        env: returns the variables to set, when the step's turn comes.

    Example:
        program_step("ruff check", [script("ruff"), "check", "."])
    """

    def act() -> None:
        code = process.stream(command, cwd=cwd, env=env())
        if code:
            raise UserError(f"{title} {process.describe(code)}: read its report above")

    where = "" if cwd == ROOT else f" in {cwd.relative_to(ROOT)}"
    return Step(title=title, detail=process.render(command) + where, action=act, stream=True)
