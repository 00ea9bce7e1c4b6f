"""What each container uses of CPU and memory, against its request and its limit."""

from monitoring.limits import share_of_limit
from monitoring.selectors import CONTAINER, CONTAINER_LEGEND, OF_CONTAINER, OF_SERVICE, SERVICE_LEGEND, short
from monitoring.signals import LIMIT, REQUESTED, RESOURCES, SHARE, USED, Line, Signal


def use(where: str, kind: str) -> Signal:
    """Return what each container uses of a kind, with the lowest request and limit of its service's container."""
    title, unit = RESOURCES[kind]
    name, bound = (short(where, full) for full in (CONTAINER_LEGEND, f"{SERVICE_LEGEND}.{{{{{CONTAINER}}}}}"))
    return Signal(
        title=f"{title}: used, requested, limit",
        meaning=f"{title} that each container uses; dashed are its request and its limit, "
        "which is the node's capacity when the service sets none.",
        unit=unit,
        lines=(
            Line(
                expr=f"sum by ({OF_CONTAINER}) (container_{kind}_usage{{{where}}})", legend=f"{name} used", color=USED
            ),
            Line(
                expr=f"min by ({OF_SERVICE}, {CONTAINER}) (container_{kind}_requested{{{where}}})",
                legend=f"{bound} requested",
                dashed=True,
                color=REQUESTED,
            ),
            Line(
                expr=f"min by ({OF_SERVICE}, {CONTAINER}) (container_{kind}_limit{{{where}}})",
                legend=f"{bound} limit",
                dashed=True,
                color=LIMIT,
            ),
        ),
    )


def share(where: str, kind: str, of: str) -> Signal:
    """Return the share of its limit or request (of) that each container uses."""
    title = RESOURCES[kind][0].removesuffix(" cores")
    if of == "limit":
        expr = f"max by ({OF_CONTAINER}) ({share_of_limit(kind, where)})"
        meaning = "near 1 the container is slowed down" if kind == "cpu" else "at 1 the container is killed"
    else:
        expr = (
            f"max by ({OF_CONTAINER}) (container_{kind}_usage{{{where}}})"
            f" / (max by ({OF_CONTAINER}) (container_{kind}_requested{{{where}}}) > 0)"
        )
        meaning = "well below 1: over-provisioned; above 1: the container depends on capacity that others leave unused"
    return Signal(
        title=f"{title}: share of its {of}",
        meaning=f"Share of its {title} {of} that each container uses; {meaning}.",
        unit="percentunit",
        lines=(Line(expr=expr, legend=short(where, CONTAINER_LEGEND)),),
        steps=SHARE if of == "limit" else ((None, "green"), (1, "orange")),
        bounded=of == "limit",
    )


def highest_share(where: str, kind: str) -> Signal:
    """Return the highest share of its limit that a container uses."""
    title = RESOURCES[kind][0].removesuffix(" cores")
    return Signal(
        title=f"{title}: highest share of a limit",
        meaning=f"Share of its {title} limit that the container uses that is nearest to it.",
        unit="percentunit",
        lines=(Line(expr=f"max({share_of_limit(kind, where)})", legend="share"),),
        steps=SHARE,
        decimals=0,
    )
