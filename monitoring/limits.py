"""How near containers are to their limits."""


def share_of_limit(kind: str, where: str = "") -> str:
    """Return the query for the share of its cpu or memory limit that each container uses.

    It is not recorded: two series for each container would be a sixth of all that the store holds.
    """
    chosen = f"{{{where}}}" if where else ""
    return f"container_{kind}_usage{chosen} / (container_{kind}_limit{chosen} > 0)"
