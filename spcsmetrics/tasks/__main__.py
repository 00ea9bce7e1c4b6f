"""What ./inv starts: the program, inside what makes one sentence of a failure before, between and after tasks."""

import os
import signal
import sys
from types import FrameType

# Until the program is there, Ctrl-C ends this in silence: its modules load slower than a finger moves.
signal.signal(signal.SIGINT, signal.SIG_DFL)
# ./inv holds it back while Python itself starts.
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def main() -> None:
    """Run the tasks; a reader that goes away early, such as head, ends them quietly."""
    _open_closed_streams()
    try:
        from spcsmetrics.tasks.command import explain
        from spcsmetrics.tasks.program import Inv
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "spcsmetrics":
            raise
        sys.exit(f"inv: the module {error.name} is missing: remove .venv, then run ./inv again, which makes it anew")
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP):
            # nohup's wish stays.
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _terminate)
        try:
            Inv().run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave(1)
    except OSError as error:
        # Tasks explain their own; this one stopped a page of help, or what waited in the buffer.
        print(f"inv: {explain(error)}", file=sys.stderr)  # noqa: T201 - no console is loaded yet
        _leave(1)
    except KeyboardInterrupt:
        print("inv: stopped", file=sys.stderr)  # noqa: T201 - no console is loaded yet
        _leave(130)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    from spcsmetrics.core.errors import Terminated

    raise Terminated


def _open_closed_streams() -> None:
    """Put the null device where the caller closed a standard stream, else the next open file would stand in for it."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, number)
            if null != number:
                os.close(null)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, "w" if number else "r"))  # noqa: PTH123, SIM115 - open until the end


def _leave(code: int) -> None:
    """End; what still waits for standard output, which nothing takes, is dropped."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


if __name__ == "__main__":
    main()
