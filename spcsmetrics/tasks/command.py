"""What every task shares: errors as one sentence, and imports that wait until the task runs."""

import functools
from collections.abc import Callable
from typing import ParamSpec

from invoke import Context, Exit

from spcsmetrics.core.errors import UserError

P = ParamSpec("P")


def explain_errors(body: Callable[P, None]) -> Callable[P, None]:
    """Turn a UserError into its sentence and exit code 1, and Ctrl-C into exit code 130."""

    @functools.wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            body(*args, **kwargs)
        except UserError as error:
            raise Exit(f"inv: {error}", code=1) from None
        except KeyboardInterrupt:
            raise Exit("inv: stopped", code=130) from None

    return run


def is_dry(context: Context) -> bool:
    """Tell whether --dry was given."""
    return bool(context.config.run.dry)
