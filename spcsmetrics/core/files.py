"""Folders that builds write to, and files that the user wrote."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from spcsmetrics.core.errors import UserError


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, and write a file there, which goes at once.

    Compilers say much about a folder that they cannot use, and seldom which.

    Raises:
        UserError: a file stands in the way.
        OSError: the folder cannot be written to; it has the folder's path.
    """
    for above in (*reversed(folder.parents), folder):
        if above.exists() and not above.is_dir():
            raise UserError(f"{above} is a file where a folder belongs: move it away, then run it again")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        # The user knows the folder, not the probe in it.
        raise type(error)(error.errno, error.strerror, str(folder)) from None


def remove_folder(folder: Path) -> None:
    """Remove a folder with what is in it. Raises OSError, which has the whole path of what cannot be removed."""

    def refuse(_: Callable[..., object], path: str, error: tuple[object, BaseException, object]) -> None:
        if isinstance(error[1], OSError):
            # The system's own error has the last part of the path alone.
            error[1].filename = path
        raise error[1]

    shutil.rmtree(folder, onerror=refuse)


def read_text(file: Path) -> str:
    """Return a text that the user wrote. Raises UserError where it cannot be read, with what to do."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UserError(f"{file} is not UTF-8: save it in that encoding") from None
    except IsADirectoryError:
        raise UserError(f"{file} is a folder: name a file, or move the folder away") from None
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}): let your user read it") from None
