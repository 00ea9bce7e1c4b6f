"""What every task shares: its flags, its --dry, and the one place where errors become a sentence."""

import copy
import errno
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import invoke
from invoke import Argument, Context, Exit, Task
from invoke.exceptions import ParseError

from spcsmetrics.core.errors import Terminated, UserError
from spcsmetrics.core.proxies import exempt_loopback
from spcsmetrics.core.text import visible

_REMEDIES = {
    errno.EACCES: "let your user write there",
    errno.EPERM: "let your user write there",
    errno.EROFS: "work in a clone that can be written to",
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EEXIST: "move away what stands there",
    errno.ENOTDIR: "move away the file that stands where a folder belongs",
    errno.EISDIR: "move away the folder that stands where a file belongs",
    errno.ENOENT: "put back what is missing",
    errno.ECONNREFUSED: "start what should listen there",
}
# The least and the most that a flag takes.
Limits = tuple[int, int]
_OURS = {"spcsmetrics", "monitoring", "simulator"}


class Flag(Argument):
    """A flag whose help ends with its default, and whose unreadable value is one sentence."""

    limits: Limits | None = None

    @classmethod
    def like(cls, other: Argument, text: str = "", limits: Limits | None = None) -> "Flag":
        """Return the flag that another argument stands for, with another help text and limits where they are given."""
        notes = [f"{limits[0]} to {limits[1]}"] if limits else []
        if other.default not in (None, "", False):
            notes.append(f"default: {other.default}")
        shown = f" ({', '.join(notes)})" if notes else ""
        flag = cls(
            names=other.names,
            kind=other.kind,
            default=other.default,
            help=(text or other.help or "") + shown,
            positional=other.positional,
            optional=other.optional,
            attr_name=other.attr_name,
        )
        flag.limits = limits
        return flag

    def __deepcopy__(self, memo: dict[int, Any]) -> "Flag":
        # Invoke copies the flags of all tasks each time; theirs are plain values.
        return copy.copy(self)

    def __repr__(self) -> str:
        # Invoke's sentences name a flag so.
        return f"--{self.names[0]}"

    def set_value(self, value: Any, cast: bool = True) -> None:  # noqa: ANN401 - invoke's own types
        """Take what the command line says."""
        wanted = "a whole number" + (f" from {self.limits[0]} to {self.limits[1]}" if self.limits else "")
        try:
            # Python's int takes spaces, _ and the digits of any script too.
            if self.limits and isinstance(value, str) and not re.fullmatch(r"[+-]?[0-9]+", value):
                raise ValueError(value)
            super().set_value(value, cast)
        except ValueError:
            raise ParseError(f"{self!r} takes {wanted}, not {value!r}") from None
        if self.limits and not self.limits[0] <= self.value <= self.limits[1]:
            raise ParseError(f"{self!r} takes {wanted}, not {value!r}")


class Command(Task[Callable[..., None]]):
    """A task of this project.

    Its flags are long ones, so -h is help on every task. What goes wrong while it runs is one sentence, with ./inv and
    with a plain invoke.

    Args:
        body: the function, whose parameters are the flags.
        plan: whether --dry prints what it would do; a task that changes nothing refuses --dry.
        limits: the least and the most that each flag with a number takes.
        options: those of invoke's task.
    """

    def __init__(
        self,
        body: Callable[..., None],
        *,
        plan: bool = True,
        limits: Mapping[str, Limits] | None = None,
        **options: Any,  # noqa: ANN401 - invoke's own types
    ) -> None:
        super().__init__(body, auto_shortflags=False, **options)
        self.plan = plan
        self.limits = limits or {}

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        """Return the flags for the parser."""
        # Reading the texts removes them from the task.
        texts = dict(self.help)
        arguments = [
            Flag.like(argument, limits=self.limits.get(argument.names[0]))
            for argument in super().get_arguments(ignore_unknown_help)
        ]
        self.help = texts
        return [*arguments]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the body's own
        """Run the task; UserError, OSError and Ctrl-C end it with a sentence and an exit code."""
        try:
            if is_dry(args[0]) and not self.plan:
                raise UserError(f"{self.name} changes nothing, so it has no plan to print: leave --dry out")
            exempt_loopback()
            return super().__call__(*args, **kwargs)
        except UserError as error:
            raise _exit(str(error)) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _exit(explain(error)) from None
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in _OURS:
                raise
            raise _exit(f"the module {error.name} is missing: run ./inv, which installs what is locked") from None
        except Terminated:
            raise _exit("stopped", code=143) from None
        except KeyboardInterrupt:
            raise _exit("stopped", code=130) from None


task: Callable[..., Callable[..., Any]] = functools.partial(invoke.task, klass=Command)


def is_dry(context: Context) -> bool:
    """Return whether --dry was given."""
    return bool(context.config.run.dry)


def explain(error: OSError) -> str:
    """Return what the system refused as one sentence: where, why, and what to do."""
    if error.errno is None or error.strerror is None:
        return f"{' '.join(str(error).split())}: mend this and run it again"
    where = f"{error.filename}: " if error.filename else ""
    remedy = _REMEDIES.get(error.errno, "mend this")
    reason = error.strerror if error.strerror[1:2] == "/" else error.strerror[:1].lower() + error.strerror[1:]
    return f"{where}{reason}: {remedy}, then run it again"


def _exit(sentence: str, code: int = 1) -> Exit:
    return Exit(f"inv: {visible(sentence)}", code)
