"""What ./inv runs: invoke, with errors that say what to do."""

import os
import sys
from typing import Any

from invoke import Program
from invoke.exceptions import ParseError


class Inv(Program):
    """Invoke's program; a wrong option names the page that lists the right ones."""

    def parse_tasks(self) -> Any:  # noqa: ANN401 - invoke's own type
        """Parse the command line after the core options."""
        try:
            return super().parse_tasks()
        except ParseError as error:
            where = f"./inv -h {error.context.name}" if error.context and error.context.name else "./inv -l"
            text = str(error).rstrip("!.")
            raise ParseError(f"inv: {text[0].lower()}{text[1:]}: see {where}", error.context) from None


def main() -> None:
    """Run invoke; a reader that goes away early, such as head, ends it quietly."""
    try:
        Inv(name="inv").run()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
