"""What all tests share."""

import gc
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from coverage import Coverage

from spcsmetrics.core.proxies import exempt_loopback

# A test of any other folder wants the machine, or its Docker daemon, for itself.
SHARED = {Path(__file__).parent / name for name in ("unit", "integration")}
# Files whose tests wait for minutes, which therefore begin first.
LONG = {"test_deploy_scaled_kills", "test_view_kill", "test_view_outage", "test_whole_day"}
# Files whose tests run what others do again and again: with a death at each step, with a fault in it each time, or for
# what programs in Go make of it. What they reach is not measured, because that doubles the time of a task.
REPEATING = {
    "test_accounts",
    "test_application_scrapes",
    "test_board_queries",
    "test_board_timings",
    "test_central_store",
    "test_data_path",
    "test_deploy",
    "test_deploy_kills",
    "test_deploy_scaled_kills",
    "test_fault_matrix",
    "test_faults",
    "test_full_volume",
    "test_hostile_application",
    "test_replicas",
    "test_restarts",
    "test_shards",
    "test_siblings",
    "test_view_counters",
    "test_view_kill",
    "test_view_of_shards",
    "test_view_outage",
    "test_whole_day",
}

exempt_loopback()
# At each login the library would ask the metadata servers of three clouds, and wait for them.
os.environ.setdefault("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of the search for garbage: it took a tenth of the unit tests' time."""
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Let tests of whole folders share the processors: two on each, because three on two left a third of them idle."""
    return (os.cpu_count() or 1) * 2 if {Path(arg).resolve() for arg in config.args} <= SHARED else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.fixture(scope="module", autouse=True)
def _measure_what_is_new(request: pytest.FixtureRequest) -> Iterator[None]:
    running = Coverage.current()
    if running is None or request.path.stem not in REPEATING:
        yield
        return
    running.stop()
    # By it a process that is started measures too.
    inherited = os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    yield
    if inherited is not None:
        os.environ["COVERAGE_PROCESS_CONFIG"] = inherited
    running.start()


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return what puts a figure into the summary of the run, which a worker could not print."""
    return partial(record_property, "measured")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    again = terminalreporter.getreports("rerun")
    if again:
        terminalreporter.section("why a test was tried again")
    for report in again:
        crash = getattr(report.longrepr, "reprcrash", None)
        terminalreporter.line(f"{report.nodeid.rpartition('::')[2]}: {crash or report.longrepr}")
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    figures = [
        (report, value)
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == "measured"
    ]
    if figures:
        terminalreporter.section("measured")
    for report, value in figures:
        terminalreporter.line(f"{report.nodeid.rpartition('::')[2]}: {value}")
