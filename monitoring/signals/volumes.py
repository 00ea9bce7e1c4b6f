"""Block volumes: use, size, when they are full, and what is read and written."""

from monitoring.ranking import LATEST, first
from monitoring.selectors import DATABASE, INSTANCE, OF_VOLUME, POOL, SCHEMA, SERVICE, VOLUME, VOLUME_LEGEND, short
from monitoring.signals import CAPACITY, SHARE, USED, Column, Line, Listing, Signal
from monitoring.signals.ranked import ten_and_rest

# Longer is as good as never, and would flatten the rest of a chart.
DAY = 86_400
MONTH = 30 * DAY
_NO_VOLUME = "no service that is chosen has a block volume"
VOLUME_KEYS = {
    POOL: "Pool",
    DATABASE: "Database",
    SCHEMA: "Schema",
    SERVICE: "Service",
    INSTANCE: "Instance",
    VOLUME: "Volume",
}


def share(where: str) -> Signal:
    """Return the share of each volume in use."""
    return Signal(
        title="Volume: share in use",
        meaning="Share of each block volume in use; at 1 writes fail. The ten volumes that are fullest, "
        "and the average of the others.",
        unit="percentunit",
        lines=ten_and_rest(
            lambda at: f"max by ({OF_VOLUME}) (spcs_volume:volume_usage:ratio{{{where}}}{at})",
            short(where, VOLUME_LEGEND),
            "average of the others",
            average=True,
        ),
        empty=_NO_VOLUME,
        steps=SHARE,
    )


def used(where: str) -> Signal:
    """Return used space and size of each volume."""

    def in_use(at: str) -> str:
        return f"max by ({OF_VOLUME}) (volume_usage{{{where}}}{at})"

    return Signal(
        title="Volume: used, size",
        meaning="Used space of each block volume, and its size: the ten volumes with most in use, "
        "and the others as a sum.",
        unit="bytes",
        lines=(
            *ten_and_rest(in_use, short(where, f"{VOLUME_LEGEND} used"), "others used", color=USED),
            *ten_and_rest(
                lambda at: f"max by ({OF_VOLUME}) (volume_capacity{{{where}}}{at})",
                short(where, f"{VOLUME_LEGEND} size"),
                "others size",
                by=in_use,
                dashed=True,
                color=CAPACITY,
            ),
        ),
        empty=_NO_VOLUME,
    )


def _left(where: str, at: str = "") -> str:
    """Return the query of the seconds until each volume is full: 0 for a full one, a month where it is more."""
    left = f"volume_capacity{{{where}}}{at} - volume_usage{{{where}}}{at}"
    growing = f"clamp_max(({left}) / (spcs_volume:volume_usage:deriv6h{{{where}}}{at} > 0), {MONTH})"
    return f"({left} <= 0) * 0 or {growing}"


def time_left(where: str) -> Signal:
    """Return the days until each volume that grows is full."""
    value, latest = (f"min by ({OF_VOLUME}) ({_left(where, at)}) / {DAY}" for at in ("", LATEST))
    return Signal(
        title="Volume: time until full",
        meaning="When each volume is full if it goes on growing as in the last six hours; 30 days are 30 or more. "
        "The ten volumes that are full first.",
        # Grafana's own unit of time makes 1.43 weeks of ten days.
        unit="suffix:days",
        lines=(Line(expr=first(value, latest), legend=short(where, VOLUME_LEGEND)),),
        empty="no volume that is chosen grows or is full",
        steps=((None, "red"), (1, "orange"), (4, "green")),
        decimals=1,
        least_first=True,
    )


def flow(where: str, what: str) -> Signal:
    """Return throughput or iops, read and written."""
    title, unit = {"throughput": ("throughput", "Bps"), "iops": ("operations", "iops")}[what]

    def of(way: str) -> tuple[Line, Line]:
        return ten_and_rest(
            lambda at: f"max by ({OF_VOLUME}) (volume_{way}_{what}{{{where}}}{at})",
            short(where, f"{VOLUME_LEGEND} {way}"),
            f"others {way}",
        )

    return Signal(
        title=f"Volume: {title}",
        meaning=f"Read and written {title} a second of each block volume: the ten volumes with most of each, "
        "and the others as a sum.",
        unit=unit,
        lines=(*of("read"), *of("write")),
        empty=_NO_VOLUME,
    )


def in_flight(where: str) -> Signal:
    """Return the operations in flight."""
    return Signal(
        title="Volume: operations in flight",
        meaning="Operations that each block volume has not answered yet: the ten volumes with most of them, "
        "and the others as a sum.",
        unit="none",
        lines=ten_and_rest(
            lambda at: f"max by ({OF_VOLUME}) (volume_io_inflight{{{where}}}{at})",
            short(where, VOLUME_LEGEND),
            "other volumes",
        ),
        empty=_NO_VOLUME,
    )


def listing(where: str) -> Listing:
    """Return the volumes with size and use."""
    by = ", ".join(VOLUME_KEYS)
    return Listing(
        title="Volumes",
        meaning="Each block volume with its size and use.",
        keys=VOLUME_KEYS,
        columns=(
            Column(title="Size", expr=f"max by ({by}) (volume_capacity{{{where}}})", unit="bytes"),
            Column(title="Used", expr=f"max by ({by}) (volume_usage{{{where}}})", unit="bytes"),
            Column(
                title="Share",
                expr=f"max by ({by}) (spcs_volume:volume_usage:ratio{{{where}}})",
                unit="percentunit",
                steps=SHARE,
            ),
            Column(
                title="Full in",
                expr=f"min by ({by}) ({_left(where)})",
                unit="s",
                steps=((None, "red"), (86_400, "orange"), (345_600, "text")),
            ),
        ),
        empty=_NO_VOLUME,
        first="Share",
        links=(("Pool", "spcs-pool"), ("Service", "spcs-service")),
    )
