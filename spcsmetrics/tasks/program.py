"""What ./inv runs: invoke with this project's tasks, their help, and sentences for wrong words."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from invoke import Argument, Collection, Exit, Program, Task
from invoke.exceptions import ParseError
from invoke.util import helpline

from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.tasks.command import Flag
from spcsmetrics.tasks.namespace import SECTIONS, namespace

_FORMS = ("flat", "nested", "json")
_DRY = "print what the task would do, and change nothing"
# Of invoke's own flags those that mean something here, with what they do where invoke's text says it otherwise.
_CORE = {
    "complete": "",
    "debug": "",
    "dry": _DRY,
    "help": "explain the flags of a task, or these",
    "list": "list the tasks, or those of one collection such as bench",
    "list-depth": "",
    "list-format": f"how to list the tasks: {', '.join(_FORMS)}",
    "print-completion-script": "",
    "version": "print the version of this project",
    "write-pyc": "",
}
_CORE_LIMITS = {"list-depth": (1, 9)}
_HELP = ("-h", "--help")
_DRY_FLAGS = ("-R", "--dry")


class Inv(Program):
    """Invoke's program with this project's words."""

    def __init__(self) -> None:
        super().__init__(PRODUCT, namespace, name="SPCS user metrics", binary="./inv", binary_names=["./inv"])

    def core_args(self) -> list[Argument]:
        """Return the flags before a task."""
        shown = [flag for flag in super().core_args() if flag.names[0] in _CORE]
        return [Flag.like(flag, _CORE[flag.names[0]], _CORE_LIMITS.get(flag.names[0])) for flag in shown]

    def update_config(self, merge: bool = True) -> None:
        """Hand --dry to the tasks."""
        self.config.load_overrides({"run": {"dry": bool(self.args.dry.value)}}, merge=merge)

    def parse_core(self, argv: list[str] | None) -> None:
        """Parse the command line up to the first task."""
        with self._explained():
            super().parse_core(argv)

    def parse_tasks(self) -> None:
        """Parse the tasks; -h behind one asks for its help, also where its first word is still missing."""
        # An argument that is still missing would take the flag for its value.
        self.args.dry.value = bool(self.args.dry.value) or any(word in _DRY_FLAGS for word in self.core.unparsed)
        words = self.core.unparsed = [word for word in self.core.unparsed if word not in _DRY_FLAGS]
        asked = next((place for place, word in enumerate(words) if word in _HELP), None)
        if asked is not None:
            self.args.help.value = self._last_task(words[:asked])
            self.core.unparsed = words = []
        with self._explained(words):
            if words and (several := self._several(words[0])):
                names = ", ".join(name for name, _ in _rows(several))
                raise ParseError(f"{words[0]} is several tasks: write one of {names}")
            super().parse_tasks()

    def parse_cleanup(self) -> None:
        """Answer --help, --list and --complete."""
        with self._explained():
            if several := self._several(self.args.help.value):
                self.print_columns(_rows(several))
                raise Exit
            listed, form = self.args.list.value, self.args["list-format"].value
            if isinstance(listed, str) and listed not in self.collection.collections:
                raise ParseError(f"no idea which tasks {listed!r} are")
            if form not in _FORMS:
                raise ParseError(f"--list-format takes one of {', '.join(_FORMS)}, not {form!r}")
            super().parse_cleanup()

    def no_tasks_given(self) -> None:
        """List the tasks where the command line is empty."""
        self.list_flat()
        raise Exit

    def print_help(self) -> None:
        """Print the flags before a task, and the tasks."""
        _print(f"Usage: {self.binary} TASK [--flags of the task]\n\nFlags:\n")
        self.print_columns(self.initial_context.help_tuples())
        self.list_flat()

    def list_flat(self) -> None:
        """Print the tasks in their sections, one line each."""
        if self.list_root:
            self.print_columns(_rows(self.scoped_collection))
            return
        sections = {title: [row for entry in entries for row in _rows(entry)] for title, entries in SECTIONS.items()}
        width = max(len(name) for rows in sections.values() for name, _ in rows)
        for title, rows in sections.items():
            _print(f"{title}:\n")
            self.print_columns([(name.ljust(width), line) for name, line in rows])
        _print(f"{self.binary} TASK -h explains a task, {self.binary} TASK --dry prints what it would do.")

    def print_task_help(self, name: str) -> None:
        """Print what a task does and each of its flags, with defaults."""
        context, command = self.parser.contexts[name], self.collection[name]
        words = "".join(f" {flag.names[0].upper()}" for flag in context.positional_args)
        _print(f"Usage: {self.binary} {name}{words} [--flags]\n\n{inspect.getdoc(command)}\n\nFlags:\n")
        dry = [("-R, --dry", _DRY)] if command.plan else []
        self.print_columns([*context.help_tuples(), *dry, ("-h, --help", "print this")])

    def _several(self, name: object) -> Collection | None:
        """Return the collection of this name, unless one of its tasks is meant by the bare name."""
        collection = self.collection.collections.get(name)
        return None if collection is None or collection.default else collection

    def _shown(self, name: str) -> str:
        """Return the name that help has for a task: a collection's own for its default."""
        first, _, last = name.partition(".")
        collection = self.collection.collections.get(first)
        return first if collection is not None and last and collection.default == last else name

    def _is_task(self, word: str) -> bool:
        collection = self.collection.collections.get(word)
        return word in self.collection.task_names or bool(collection and collection.default)

    def _last_task(self, words: list[str]) -> str:
        """Return the task that words are about: the last that is one, else the first word."""
        names = {*self.collection.task_names, *self.collection.collections}
        return next((word for word in reversed(words) if word in names), words[0])

    @contextmanager
    def _explained(self, words: list[str] | None = None) -> Iterator[None]:
        """Make one sentence of what invoke says about wrong words, with the page that lists the right ones."""
        try:
            yield
        except ParseError as error:
            name = error.context.name if error.context else None
            if name is None and words and self._is_task(words[0]):
                name = self._last_task(words)
            text = str(error).rstrip("!.")
            page = f"./inv {self._shown(name)} -h" if name else "./inv -l"
            raise ParseError(f"inv: {text[0].lower()}{text[1:]}: see {page}", error.context) from None


def _rows(entry: Task[Any] | Collection) -> list[tuple[str, str]]:
    """Return name and first line of a task, or of each of a collection, whose default has the collection's name."""
    if isinstance(entry, Task):
        return [(namespace.transform(entry.name), helpline(entry) or "")]
    return [
        (str(entry.name) if name == entry.default else f"{entry.name}.{name}", helpline(one) or "")
        for name, one in entry.tasks.items()
    ]


def _print(text: str) -> None:
    print(text)  # noqa: T201 - help is the output
