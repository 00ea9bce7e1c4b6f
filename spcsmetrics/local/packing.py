"""What a release offers to demos: programs for the platforms that people work on, and the built page."""

from spcsmetrics.core.steps import carry_out
from spcsmetrics.local import page
from spcsmetrics.programs import backfill, collector, demo_store, released

PLATFORMS = ("linux/amd64", "linux/arm64", "darwin/arm64")


def run_packing(*, dry: bool) -> None:
    """Make all of it and pack it into build/release, from where the release is published."""
    steps = []
    for target in PLATFORMS:
        steps += [*collector.build_steps(target), released.pack_step(collector.asset(target))]
        steps += [*demo_store.build_steps(target), released.pack_step(demo_store.asset(target))]
        steps += [*backfill.build_steps(target), released.pack_step(backfill.asset(target))]
    steps += [*page.build_steps(), released.pack_step(page.asset())]
    carry_out(steps, dry=dry)
