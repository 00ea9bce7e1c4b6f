"""Text that comes from outside: programs, the account, files."""

import re

# C0 and C1 but for newline and tab, and what changes the direction of the text around it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""Return the text with its control characters spelled out, so that none acts on a terminal.

    Example:
        >>> visible("\x1b[31mred\n")
        '\\x1b[31mred\n'
    """
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)


def last_lines(text: str, count: int) -> str:
    """Return the last lines of a program's output, without the empty ones around it."""
    return "\n".join(text.strip().splitlines()[-count:])
