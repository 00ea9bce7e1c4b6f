"""The one exception that reaches the user."""


class UserError(Exception):
    """One sentence: what is wrong, where, and what to do. Shown without a traceback."""
