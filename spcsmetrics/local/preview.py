"""Running the preview: over a Prometheus that there is, or over a demo of its own."""

import time
from pathlib import Path

from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.core.polls import poll
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.local import day, page, pictures, processes

# Until every group of rules has been evaluated, and the stack has published its own metrics for a while.
_FILLING_SECONDS = 270


def run_preview(prometheus: str, folder: str, *, dry: bool) -> None:
    """Serve the boards until Ctrl-C, or write pictures of them to a folder.

    Args:
        prometheus: address of the store to read; without one simulator, collector and a store are started too.
        folder: where pictures go; without one the boards are served.
        dry: print the plan only.
    """
    own = [] if prometheus else day.build_steps()
    detail = f"over {prometheus or 'a demo of its own'}" + (f", pictures to {folder}" if folder else "")
    step = Step(title="Show the boards", detail=detail, action=lambda: _show(prometheus, folder), stream=True)
    # Pictures are taken by what comes with the page's libraries.
    more = page.install_steps() if folder else []
    carry_out([*own, *more, *page.build_steps(), step], dry=dry)


def _show(prometheus: str, folder: str) -> None:
    with processes.open_temporary_run("preview") as run:
        served = page.start(run, prometheus or day.start(run)[1].url)
        # From here on: on a slow machine the day takes minutes to write.
        started = time.time()
        console.print(f"  the boards are at {served.url}; they are drawn with Grafana's libraries, not by Grafana")
        if folder:
            _take(run, served.url, folder, started, fill=not prometheus)
            return
        for _ in poll(run.check, pause=1):
            pass


def _take(run: processes.Run, url: str, folder: str, started: float, *, fill: bool) -> None:
    if fill:
        with console.status(f"waiting {_FILLING_SECONDS} s, so that there is something to see ..."):
            for _ in poll(run.check, started + _FILLING_SECONDS - time.time(), pause=1):
                pass
    end = int(time.time()) * 1000
    begin = end - (86_400_000 if fill else 3_600_000)
    boards = sorted(file.stem for file in BOARD_FOLDER.glob("*.json"))
    choices = day.CHOICES if fill else {}
    addresses = {board: f"from={begin}&to={end}&{choices.get(board, '')}".rstrip("&") for board in boards}
    pictures.take(url, addresses, Path(folder))
    console.print(f"  {len(boards)} pictures are in {folder}")
