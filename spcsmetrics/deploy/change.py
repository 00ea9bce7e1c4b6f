"""A change of the account, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change: its title and its SQL, and the fields that it mends. An image has its key and tag instead of SQL.

    A promise of what is planned later has neither.
    certificate is the part of the certificates that is put in the place of the stars in its SQL, only as it is sent.
    """

    title: str
    sql: str = ""
    image: str = ""
    tag: str = ""
    fields: tuple[str, ...] = ()
    certificate: str = ""
