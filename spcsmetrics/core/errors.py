"""The one exception that reaches the user."""


class UserError(Exception):
    """One sentence: what is wrong, where, and what to do. Shown without a traceback.

    Example:
        raise UserError(f"{path} has no `dist` section: see the builder's documentation")
    """
