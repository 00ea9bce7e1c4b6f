"""History of a simulated account: what a store would hold if it had watched its nodes for hours."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import yaml

from monitoring import selectors
from monitoring.selectors import JOB, POOL
from simulator.exposition import samples
from simulator.fleet import ACCOUNT, Fleet, Pool
from spcsmetrics.core import process
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.core.ports import PROMETHEUS
from spcsmetrics.local import application_history, parts, processes, promql
from spcsmetrics.local.application_history import PastApplication
from spcsmetrics.programs import backfill

# Seconds between two samples, as shipped.
STEP = 30
# History is written in parts as long as the store's blocks, which keeps the text of one small.
_PART_SECONDS = 2 * 3600
_ALERT_STEP = 60
_SECONDS = {"s": 1, "m": 60, "h": 3600}
# What the collector sets on every series.
_OF_ACCOUNT = f'{selectors.ACCOUNT}="{ACCOUNT}"'


def write_history(
    folder: Path,
    fleet: Fleet,
    start: int,
    end: int,
    collector: str = "",
    applications: Sequence[PastApplication] = (),
) -> None:
    """Write blocks of the store: what nodes and applications published, and what the rules say about it.

    Args:
        folder: the run's; the store's data is within it.
        fleet: the nodes; at start they have the age 0.
        start: seconds since the epoch, like end.
        end: where the history ends.
        collector: host and port of the collector whose view of pools and applications is written too.
        applications: services that publish.
    """
    text = folder / "history.txt"
    for begin in range(start, end, _PART_SECONDS):
        with text.open("w") as out:
            times = range(begin, min(begin + _PART_SECONDS, end), STEP)
            _write_nodes(out, fleet, times, start)
            if collector:
                _write_pools(out, fleet, times, start, collector)
                application_history.write_discovery(out, applications, times, start, _collector_labels(collector))
            application_history.write_scrapes(out, applications, times, start)
            out.write("# EOF\n")
        _make_blocks(folder, text)
    text.unlink()
    _record_rules(folder, start, end)
    _record_alerts(folder, start, end)


def _is_there(pool: Pool, age: float) -> bool:
    return pool.monitored and (pool.state != "SUSPENDED" or age < pool.suspended_at)


def _write_nodes(out: TextIO, fleet: Fleet, times: range, start: int) -> None:
    for pool, node in fleet.nodes():
        target = f'job="{JOB}",instance="{node.address}",{_OF_ACCOUNT}'
        # Series by name and values: a metric has the same labels in each sample.
        known: dict[tuple[str, ...], str] = {}
        for at in times:
            if not _is_there(pool, at - start):
                continue
            out.write(f"up{{{target}}} 1 {at}\n")
            for name, labels, value in samples(pool, node, at - start):
                series = (name, *labels.values())
                if series not in known:
                    pairs = (f'{label}="{text}"' for label, text in labels.items() if label != selectors.ACCOUNT)
                    known[series] = f"{name}{{{','.join(pairs)},{target}}}"
                out.write(f"{known[series]} {value} {at}\n")


def _write_pools(out: TextIO, fleet: Fleet, times: range, start: int, collector: str) -> None:
    """Write what the collector says of each pool, and that it answered, like the store."""
    target = _collector_labels(collector)
    store = f'job="prometheus",instance="localhost:{PROMETHEUS}",{_OF_ACCOUNT}'
    for at in times:
        out.write(f"up{{{target}}} 1 {at}\nup{{{store}}} 1 {at}\n")
    for pool in fleet.pools.values():
        for at in times:
            asleep = pool.state == "SUSPENDED" and at - start >= pool.suspended_at
            state = "SUSPENDED" if asleep else "ACTIVE"
            info = f'{POOL}="{pool.name}",state="{state}",instance_family="{pool.family.name}"'
            out.write(f"spcs_compute_pool_info{{{info},{target}}} 1 {at}\n")
            found = len(pool.nodes) if _is_there(pool, at - start) else 0
            out.write(f'spcs_discovery_nodes{{{POOL}="{pool.name}",{target}}} {found} {at}\n')


def _collector_labels(collector: str) -> str:
    return f'job="otelcol",instance="{collector}",{_OF_ACCOUNT}'


def _make_blocks(folder: Path, text: Path) -> None:
    process.run([backfill.built(), text, folder / "data"])


def _start_quiet_store(run: processes.Run) -> str:
    """Start a store over the history that neither scrapes nor evaluates rules, and return its address."""
    config = run.folder / "quiet.yml"
    config.write_text("{}\n")
    return parts.start_store(run, config).url


def _record_rules(folder: Path, start: int, end: int) -> None:
    """Write what the recording rules make of the history; none of them needs what another one records."""
    text = folder / "recorded.txt"
    with processes.open_run(folder) as run:
        url = _start_quiet_store(run)
        for begin in range(start, end, _PART_SECONDS):
            with text.open("w") as out:
                for group in _read_groups("recording.yml"):
                    step = _read_duration(group["interval"])
                    last = min(begin + _PART_SECONDS, end) - 1
                    for rule in group["rules"]:
                        for series in _query(url, rule["expr"], begin, last, step):
                            name = f"{rule['record']}{{{_pairs(series, rule.get('labels', {}))}}}"
                            out.writelines(f"{name} {value} {at}\n" for at, value in series["values"])
                out.write("# EOF\n")
            _make_blocks(folder, text)
    text.unlink()


def _record_alerts(folder: Path, start: int, end: int) -> None:
    """Write the series of alerts, from which a store that starts knows how long each has been waiting."""
    text = folder / "alerts.txt"
    with processes.open_run(folder) as run, text.open("w") as out:
        url = _start_quiet_store(run)
        for rule in (rule for group in _read_groups("alerts.yml") for rule in group["rules"]):
            for series in _query(url, rule["expr"], start, end, _ALERT_STEP):
                out.writelines(_alert_lines(rule, series))
        out.write("# EOF\n")
    _make_blocks(folder, text)
    text.unlink()


def _alert_lines(rule: dict[str, Any], series: dict[str, Any]) -> Iterator[str]:
    pairs = _pairs(series, {"alertname": rule["alert"]} | rule["labels"])
    began = before = 0
    for at in (int(point[0]) for point in series["values"]):
        if at - before > _ALERT_STEP:
            began = at
        before = at
        state = "firing" if at - began >= _read_duration(rule["for"]) else "pending"
        yield f'ALERTS{{{pairs},alertstate="{state}"}} 1 {at}\n'
        yield f"ALERTS_FOR_STATE{{{pairs}}} {began} {at}\n"


def _read_groups(file: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load((RULE_FOLDER / file).read_text())["groups"]
    return groups


def _query(url: str, expr: str, start: int, end: int, step: int) -> list[dict[str, Any]]:
    parameters = {"query": expr, "start": start, "end": end, "step": step}
    return promql.result(promql.ask(url, "query_range", parameters))


def _pairs(series: dict[str, Any], more: dict[str, str]) -> str:
    labels = {name: text for name, text in series["metric"].items() if name != "__name__"} | more
    return ",".join(f'{label}="{text}"' for label, text in labels.items())


def _read_duration(text: str) -> int:
    return sum(int(count) * _SECONDS[unit] for count, unit in re.findall(r"(\d+)([smh])", text))
