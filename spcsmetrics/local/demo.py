"""Running the demo: build, start, then show it live or check it once."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from rich.live import Live

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.local import page, parts, processes
from spcsmetrics.local.parts import SCRAPE_INTERVAL, build_steps
from spcsmetrics.local.promql import Query, over_http
from spcsmetrics.local.verification import verify_until
from spcsmetrics.local.view import draw

_CHECK_SECONDS = 90.0


def run_demo(*, pools: int, nodes: int, containers: int, check: bool, dry: bool) -> None:
    """Build what is missing, start the parts, and show or check them. Raises UserError when the check fails."""
    if min(pools, nodes) < 1 or containers < 0 or nodes > 254 or pools > 200:
        raise UserError("the demo takes 1 to 200 pools of 1 to 254 nodes and no negative number of containers")
    carry_out([*build_steps(), _start_step(pools, nodes, containers, check=check)], dry=dry)


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a new folder, which stays only when an error points to the logs in it."""
    folder = Path(tempfile.mkdtemp(prefix="spcs-demo-"))
    try:
        yield folder
    except UserError:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _start_step(pools: int, nodes: int, containers: int, *, check: bool) -> Step:
    def start() -> None:
        with _folder() as folder, processes.open_run(folder) as run:
            simulation = parts.start_simulator(run, pools, nodes, containers)
            store = parts.start_store(run)
            parts.start_collector(run, simulation, store, SCRAPE_INTERVAL)
            if check:
                _check(simulation, store)
            else:
                _show(run, simulation, store)

    return Step(
        "Check the demo" if check else "Run the demo",
        f"simulator with {pools} pools of {nodes} nodes with {containers} containers each, "
        "collector and Prometheus on free ports of this machine",
        start,
        loud=not check,
    )


def _check(simulation: parts.Simulation, store: processes.Part) -> None:
    summary = verify_until(simulation.admin, over_http(store.url), _CHECK_SECONDS)
    print(json.dumps(summary.as_dict(), indent=2))  # noqa: T201 - the task's result
    if not summary.ok:
        raise UserError(
            f"the check failed: {len(summary.missing)} series or totals missing, {len(summary.unexpected)} unexpected"
        )


def _show(run: processes.Run, simulation: parts.Simulation, store: processes.Part) -> None:
    query = over_http(store.url)
    addresses = {
        "Prometheus": f"{store.url}/api/v1/query?query=up",
        "Boards": _offer_boards(run, store),
        "Pools and nodes": f"http://127.0.0.1:{run.collector_debug}/",
        "Doctor": _write_doctor(run, simulation),
        "Deploy": f"SNOWFLAKE_HOME={simulation.session} ./inv deploy --dry",
        "Simulator": f"{simulation.admin}/state",
        "Logs": str(run.folder),
    }
    if not console.is_terminal:
        _print_repeatedly(run, query, addresses)
    with Live(draw(query, addresses), console=console, screen=True, auto_refresh=False) as live:
        while True:
            run.check()
            live.update(draw(query, addresses), refresh=True)
            time.sleep(2)


def _write_doctor(run: processes.Run, simulation: parts.Simulation) -> str:
    """Write the command that examines the simulated account, which is too long for a line, and say how to run it."""
    script = run.folder / "doctor"
    script.write_text(f"cd '{ROOT}' && {simulation.doctor_command()}\n")
    return f"sh {script}"


def _offer_boards(run: processes.Run, store: processes.Part) -> str:
    """Serve the preview of the boards where it is built, else say how."""
    if page.find_node() and page.is_built():
        return page.start(run, store.url).url
    return f"./inv preview --prometheus {store.url}"


def _print_repeatedly(run: processes.Run, query: Query, addresses: dict[str, str]) -> NoReturn:
    """Print the view now and then, for a reader that is no terminal."""
    while True:
        run.check()
        console.print(draw(query, addresses))
        time.sleep(10)
