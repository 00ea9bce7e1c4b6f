"""The exceptions that end a task."""


class UserError(Exception):
    """One sentence: what is wrong, where, and what to do. Shown without a traceback.

    Example:
        raise UserError(f"{path} has no `dist` section: see the builder's documentation")
    """


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP, which end a task as Ctrl-C does, children included."""
