"""Running the demo: build, start, then show it live or check it once."""

import json
import os
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from rich.live import Live

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.polls import poll
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.local import day as one_day
from spcsmetrics.local import page, parts, processes
from spcsmetrics.local.parts import SCRAPE_INTERVAL, demo_steps
from spcsmetrics.local.promql import InstantQuery, over_http
from spcsmetrics.local.running import Demo, announce
from spcsmetrics.local.verification import verify_until
from spcsmetrics.local.view import Guide, draw
from spcsmetrics.programs import collector

_CHECK_SECONDS = 90.0
# Between two scrapes while a demo is checked, which waits for the first.
_CHECK_INTERVAL = "2s"


def run_demo(
    *,
    pools: int,
    nodes: int,
    containers: int,
    applications: bool,
    day: bool,
    check: bool,
    from_source: bool,
    dry: bool,
) -> None:
    """Build what is missing, start simulator, store and collector, and show or check what arrives.

    Args:
        pools: number of simulated compute pools.
        nodes: nodes in each pool.
        containers: containers on each node.
        applications: let the account have three applications instead of one, and check theirs too.
        day: begin with a day of an account that had trouble, instead of so many pools, nodes and containers.
        check: verify every series once and print JSON, instead of showing them until Ctrl-C.
        from_source: compile the programs even where a release has them.
        dry: print the plan only.

    Raises:
        UserError: a program did not start, or the check failed.
    """
    if day:
        account = "simulator with a day behind it, in which an account had trouble"
        start = _start_step(one_day.start, account, check=check, checked=False)
        carry_out([*one_day.build_steps(from_source=from_source), start], dry=dry)
        return

    def begin(run: processes.Run) -> tuple[parts.Simulation, processes.Process]:
        simulation = parts.start_simulator(run, pools, nodes, containers, applications=3 if applications else 1)
        store = parts.start_store(run)
        interval = _CHECK_INTERVAL if check else SCRAPE_INTERVAL
        parts.start_collector(run, simulation, store, interval, more=[collector.SERVICES_CONFIG])
        return simulation, store

    account = f"simulator with {pools} pools of {nodes} nodes with {containers} containers each"
    account += ", and three applications" if applications else ""
    start = _start_step(begin, account, check=check, checked=applications)
    carry_out([*demo_steps(from_source=from_source), start], dry=dry)


def _start_step(
    begin: Callable[[processes.Run], tuple[parts.Simulation, processes.Process]],
    account: str,
    *,
    check: bool,
    checked: bool,
) -> Step:
    def start() -> None:
        with processes.open_temporary_run("demo") as run:
            simulation, store = begin(run)
            if check:
                _check(run.folder, simulation, store, with_applications=checked)
            else:
                with announce(Demo(pid=os.getpid(), folder=str(run.folder), admin=simulation.admin)):
                    _show(run, simulation, store)

    return Step(
        title="Check the demo" if check else "Run the demo",
        detail=f"{account}, collector and Prometheus on free ports of this machine",
        action=start,
        stream=not check,
    )


def _check(folder: Path, simulation: parts.Simulation, store: processes.Process, *, with_applications: bool) -> None:
    query = over_http(store.url)
    summary = verify_until(simulation.admin, query, _CHECK_SECONDS, with_applications=with_applications)
    print(json.dumps(summary.as_dict(), indent=2))  # noqa: T201 - the task's result
    if not summary.ok:
        raise UserError(
            f"the check failed: {len(summary.missing)} series or totals missing, {len(summary.unexpected)} unexpected;"
            f" the logs are in {folder}"
        )


def _show(run: processes.Run, simulation: parts.Simulation, store: processes.Process) -> None:
    query = over_http(store.url)
    addresses = {
        "Boards": _offer_boards(run, store),
        "Pools and nodes": f"http://127.0.0.1:{run.collector_debug}/",
        "Deploy": _write_deployment(run, simulation),
        "Simulator": f"{simulation.admin}/state",
        "Prometheus": f"{store.url}/query?g0.expr=up",
        "Logs": str(run.folder),
    }
    pool = next(iter(simulation.state()["pools"]))
    commands = (
        f"./inv demo.suspend {pool['name']}",
        f"./inv demo.break {next(iter(pool['nodes']))['address']}",
        _write_doctor(run, simulation),
    )
    guide = Guide(addresses=addresses, commands=commands)
    if not console.redraws:
        _print_repeatedly(run, query, guide)
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        for _ in poll(run.check, pause=2):
            live.update(draw(query, guide, _status(run), console.width, console.height), refresh=True)


def _status(run: processes.Run) -> dict[str, Any]:
    """Return what the collector's page knows of pools and nodes, or nothing where it does not answer."""
    try:
        status: dict[str, Any] = requests.get(f"http://127.0.0.1:{run.collector_debug}/status.json", timeout=5).json()
    except requests.RequestException:
        return {}
    return status


def _write_doctor(run: processes.Run, simulation: parts.Simulation) -> str:
    """Write the command that examines the simulated account, which is too long for a line, and say how to run it."""
    script = run.folder / "doctor"
    script.write_text(f"cd {shlex.quote(str(ROOT))} && {simulation.doctor_command()}\n")
    return f"sh {shlex.quote(str(script))}"


def _write_deployment(run: processes.Run, simulation: parts.Simulation) -> str:
    """Write the plan of a deployment into the simulated account as a command, and say how to run it."""
    settings = run.folder / "deploy.toml"
    settings.write_text('connection = "deployer"\n')
    command = f"./inv deploy --dry --create-pool --settings {shlex.quote(str(settings))}"
    script = run.folder / "deploy"
    home = shlex.quote(str(simulation.folder))
    script.write_text(f"cd {shlex.quote(str(ROOT))} && SNOWFLAKE_HOME={home} {command}\n")
    return f"sh {shlex.quote(str(script))}"


def _offer_boards(run: processes.Run, store: processes.Process) -> str:
    """Serve the preview of the boards where it is built, else say how."""
    if page.is_built():
        return page.start(run, store.url).url
    return f"./inv preview --prometheus {store.url}"


def _print_repeatedly(run: processes.Run, query: InstantQuery, guide: Guide) -> None:
    """Print the view every ten seconds, where lines that were printed stay."""
    for _ in poll(run.check, pause=10):
        console.print(time.strftime("%H:%M:%S"))
        console.print(draw(query, guide, _status(run), console.width, 60))
