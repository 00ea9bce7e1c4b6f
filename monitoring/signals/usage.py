"""What each container uses of CPU and memory, against its request and its limit."""

from monitoring.selectors import CONTAINER, CONTAINER_LEGEND, OF_CONTAINER, OF_SERVICE, SERVICE_LEGEND
from monitoring.signals import RESOURCES, SHARE, Line, Signal


def use(where: str, kind: str) -> Signal:
    """Return what each container uses of a kind, with the lowest request and limit of its service's container."""
    title, unit = RESOURCES[kind]
    bound = f"{SERVICE_LEGEND}.{{{{{CONTAINER}}}}}"
    return Signal(
        title=f"{title}: used, requested, limit",
        meaning=f"{title} that each container uses; dashed are its request and its limit, "
        "which is the node's capacity when the service sets none.",
        unit=unit,
        lines=(
            Line(expr=f"sum by ({OF_CONTAINER}) (container_{kind}_usage{{{where}}})", legend=CONTAINER_LEGEND),
            Line(
                expr=f"min by ({OF_SERVICE}, {CONTAINER}) (container_{kind}_requested{{{where}}})",
                legend=f"{bound} request",
                dashed=True,
            ),
            Line(
                expr=f"min by ({OF_SERVICE}, {CONTAINER}) (container_{kind}_limit{{{where}}})",
                legend=f"{bound} limit",
                dashed=True,
            ),
        ),
    )


def share(where: str, kind: str, of: str) -> Signal:
    """Return the share of its limit or request (of) that each container uses."""
    title = RESOURCES[kind][0].removesuffix(" cores")
    if of == "limit":
        expr = f"max by ({OF_CONTAINER}) (spcs_container:container_{kind}_usage:ratio_limit{{{where}}})"
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
        lines=(Line(expr=expr, legend=CONTAINER_LEGEND),),
        steps=SHARE if of == "limit" else ((None, "green"), (1, "orange")),
        bounded=of == "limit",
    )
