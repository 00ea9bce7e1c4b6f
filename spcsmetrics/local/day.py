"""A day of a simulated account that had trouble: its history in a store, and what goes on."""

import time

from spcsmetrics.core.steps import Step
from spcsmetrics.local import application_history, history, parts, processes
from spcsmetrics.programs import collector

SECONDS = 86_400
# What the boards of details choose, to show the trouble of the day.
CHOICES = {
    "spcs-pool": "var-pool=WEB_POOL",
    "spcs-node": "var-pool=WEB_POOL",
    "spcs-service": "var-service=CHECKOUT",
    "spcs-container": "var-service=SESSIONS&var-container=cache",
}
# As shipped.
_SCRAPE_INTERVAL = f"{history.STEP}s"


def build_steps(*, from_source: bool = False) -> list[Step]:
    """Return the steps before the day can be started; see parts.demo_steps."""
    return parts.demo_steps(from_source=from_source, history=True)


def start(run: processes.Run) -> tuple[parts.Simulation, processes.Process]:
    """Start the account, write its day into a store (half a minute), and start store and collector.

    Raises:
        UserError: a program did not start.
    """
    from simulator.__main__ import build_fleet, parse  # noqa: PLC0415 - of the group simulator

    end = int(time.time())
    simulation = parts.start_simulator(run, day=True, age=SECONDS)
    fleet = build_fleet(parse(list(simulation.arguments)))
    applications = application_history.find_applications(fleet, simulation.admin)
    collector_metrics = f"localhost:{run.collector_metrics}"
    history.write_history(run.folder, fleet, end - SECONDS, end, collector_metrics, applications)
    store = parts.start_store(run)
    parts.start_collector(run, simulation, store, _SCRAPE_INTERVAL, more=[collector.SERVICES_CONFIG])
    return simulation, store
