"""The terminal as every task writes to it."""

import sys
from typing import Any

from rich.console import Console, RenderableType
from rich.prompt import Confirm
from rich.status import Status
from rich.text import Text

from spcsmetrics.core.text import visible


class Terminal(Console):
    """A console that prints strings as they are, also in tables: nothing in them is markup or a control character.

    A title, a file name or a message of the account may hold `[red]`, `[/x]` or an escape sequence, so colour comes by
    `style` alone.

    Example:
        >>> Terminal().print("[/x] is plain text", style="dim")
        [/x] is plain text
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of rich's Console
        super().__init__(highlight=False, soft_wrap=True, markup=False, emoji=False, **options)

    @property
    def redraws(self) -> bool:
        """Return whether lines can change after they were printed."""
        return self.is_terminal and not self.is_dumb_terminal

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - rich's own
        """Return a string as rich draws it; print, tables and titles all pass it through here."""
        return super().render_str(visible(text), **options)

    def confirm(self, question: str) -> bool:
        """Ask a question that is answered with no by default, also by an input that is closed; nothing is markup."""
        if sys.stdin is None:
            return False
        try:
            return Confirm.ask(Text(visible(question)), console=self, default=False)
        except EOFError:
            return False

    def status(self, status: RenderableType, **options: Any) -> Status:  # noqa: ANN401 - rich's own
        """Return a line with a spinner that stands while its block runs."""
        return _Status(_plain(status), console=self, **options)


class _Status(Status):
    def update(self, status: RenderableType | None = None, **options: Any) -> None:  # noqa: ANN401 - rich's own
        super().update(None if status is None else _plain(status), **options)


def _plain(status: RenderableType) -> RenderableType:
    # A spinner reads markup, whatever its console does.
    return Text(visible(status)) if isinstance(status, str) else status
