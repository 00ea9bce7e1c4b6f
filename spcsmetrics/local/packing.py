"""What a release offers to demos: programs for the platforms that people work on, and the built page."""

from spcsmetrics.core.steps import carry_out
from spcsmetrics.local import page
from spcsmetrics.programs import backfill, collector, demo_store, released
from spcsmetrics.programs.released import Asset

PLATFORMS = ("linux/amd64", "linux/arm64", "darwin/arm64")
_PROGRAMS = (collector, demo_store, backfill)


def run_packing(*, dry: bool) -> None:
    """Make all of it and pack it into build/release, from where the release is published."""
    steps = []
    for target in PLATFORMS:
        for program in _PROGRAMS:
            steps += [*program.build_steps(target), released.pack_step(program.asset(target))]
    steps += [*page.build_steps(), released.pack_step(page.asset())]
    carry_out(steps, dry=dry)


def assets() -> list[Asset]:
    """Return all of it."""
    return [*(program.asset(target) for target in PLATFORMS for program in _PROGRAMS), page.asset()]
