"""Two accounts in one store whose pools, nodes, services and containers have equal names: none of their values meet."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from application_scenarios import APPLICATIONS
from stores import write_fast_configuration
from waiting import SCRAPE_SECONDS, wait_for
from worlds import ILL, MINUTES, WORLDS, answers, board_queries

from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import RECORDINGS
from monitoring.selectors import ACCOUNT
from simulator import fleet
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import InstantQuery, fill, over_http
from spcsmetrics.programs import collector

# They are about the store that judges them: what it lacks has no account.
OF_A_STORE = {"SpcsWatchdog", "SpcsNoMetrics", "SpcsPrometheusStoresNothing"}
OF_NO_ACCOUNT = "spcs_family:node_hour:credits"
# All is well in one of them; in the other all is wrong that an alert can find, also of applications.
PUBLISHED = {"A": WORLDS["healthy"], "B": ILL}
for scenario in APPLICATIONS.values():
    PUBLISHED["B"] = PUBLISHED["B"] | scenario.series


def of(account: str) -> dict[str, str]:
    """Return the series of an account as its collector sends them."""
    label = f'{ACCOUNT}="{account}"'
    return {
        re.sub(r"\{(?=[^}])", f"{{{label}, ", series, count=1) if "{" in series else f"{series}{{{label}}}": values
        for series, values in PUBLISHED[account].items()
    }


def queries(account: str) -> list[str]:
    """Return every query of the boards for an account, and its recorded series and alerts."""
    own = f'{ACCOUNT}="{account}"'
    found = [name if name == OF_NO_ACCOUNT else f"{name}{{{own}}}" for name in RECORDINGS]
    found += [f'ALERTS{{alertname="{name}", {own}}}' for name in ALERTS if name not in OF_A_STORE]
    # Those that show all accounts must have the row of this one.
    row = f'and on ({ACCOUNT}) label_replace(vector(1), "{ACCOUNT}", "{account}", "", "")'
    for expr in board_queries():
        asked = fill(expr.replace("$account", account), seconds=1800, choice=".*")
        found.append(f"({asked}) {row}" if ".+" in asked else asked)
    return sorted(set(found))


def merging(folder: Path) -> list[Path]:
    """Write the rules as they were without the label."""
    folder.mkdir()
    written = []
    for file in RULE_FOLDER.glob("*.yml"):
        text = yaml.safe_dump(yaml.safe_load(file.read_text()), width=10_000)
        text = text.replace(f"{ACCOUNT}, ", "").replace(f"by ({ACCOUNT}) ", "").replace(f"on ({ACCOUNT})", "on ()")
        copy = folder / file.name
        copy.write_text(text)
        written.append(copy)
    return written


def test_alerts_that_have_no_account_are_about_the_store_that_judges_them() -> None:
    assert {name for name, alert in ALERTS.items() if alert.of_own_store} == OF_A_STORE


@pytest.mark.parametrize("account", PUBLISHED)
def test_each_account_has_the_same_answers_beside_the_other_as_alone(account: str, tmp_path: Path) -> None:
    asked, rules = queries(account), sorted(RULE_FOLDER.glob("*.yml"))
    alone = answers(tmp_path / "alone", of(account), asked, rules)
    assert answers(tmp_path / "beside", of("A") | of("B"), asked, rules) == alone
    # promtool prints the answer to each query at each minute, because nobody expects it.
    assert alone.count("got:") == len(asked) * len(MINUTES)
    assert alone.count("got: nil") < alone.count("got:") * 0.8, "most queries would show nothing anyway"


def test_without_the_label_their_values_meet(tmp_path: Path, measured: Callable[[str], None]) -> None:
    asked = sorted({re.sub(rf',? ?{ACCOUNT}="A"|,? ?{ACCOUNT}=~"A\|"', "", query) for query in queries("A")})
    rules = merging(tmp_path / "rules")
    alone = answers(tmp_path / "alone", of("A"), asked, rules)
    beside = answers(tmp_path / "beside", of("A") | of("B"), asked, rules)
    changed = [one for one, other in zip(alone.split("expr:"), beside.split("expr:"), strict=True) if one != other]
    measured(f"{len(changed)} of {len(asked) * len(MINUTES)} answers change without the label")
    assert len(changed) > len(asked) / 2
    assert all(any(name in one for one in changed) for name in ("spcs_pool:nodes:count", "spcs_service:", "spcs_gpu:"))


NODES = 4
OTHER = "OTHER"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InstantQuery]:
    """A store to which collectors of two accounts send, whose nodes are the same."""
    folder = tmp_path_factory.mktemp("accounts")
    with processes.open_run(folder / "one") as one, processes.open_run(folder / "other") as other:
        simulation = parts.start_simulator(one, pools=2, nodes=NODES // 2, containers=4, applications=1)
        central = parts.start_store(one, write_fast_configuration(one.folder))
        name = other.folder / "account.yaml"
        name.write_text(yaml.safe_dump({"receivers": {"spcs": {"account_name": OTHER}}}))
        for run, more in ((one, []), (other, [name])):
            files = [collector.SERVICES_CONFIG, *more]
            parts.start_collector(run, simulation, central, f"{SCRAPE_SECONDS}s", "2s", more=files)
        query = over_http(central.url)
        wait_for(lambda: counted(query, "spcs_pool:nodes:known") == counted(query, "spcs_pool:nodes:count") != {}, 60)
        wait_for(lambda: len(counted(query, 'up{job="spcs-services"}')) == 2, 60)
        yield query


def counted(query: InstantQuery, expr: str) -> dict[str, float]:
    """Return how many series there are of each account, where there are as many as in the other."""
    found = {one.labels[ACCOUNT]: one.value for one in query(f"count by ({ACCOUNT}) ({expr})")}
    return found if len(found) == 2 and len(set(found.values())) == 1 else {}


@pytest.mark.parametrize(
    "expr",
    [
        'up{job="spcs-nodes"}',
        'scrape_samples_scraped{job="spcs-services"}',
        '{job="spcs-services", __name__!~"up|scrape_.*"}',
        "spcs_discovery_nodes",
        "spcs_compute_pool_info",
        "spcs_application_info",
        "otelcol_process_memory_rss",
        "node_cpu_capacity",
        "container_cpu_limit",
        # Neither pool has GPUs, not every service a volume, and nothing restarts.
        *(name for name in RECORDINGS if name != OF_NO_ACCOUNT and not re.search("gpu|volume|15m", name)),
    ],
)
def test_series_of_two_collectors_stand_side_by_side(store: InstantQuery, expr: str) -> None:
    wait_for(lambda: counted(store, expr) != {}, 60)
    assert set(counted(store, expr)) == {fleet.ACCOUNT, OTHER}


def test_nodes_that_both_see_are_not_added_up(store: InstantQuery) -> None:
    found = {one.labels[ACCOUNT]: one.value for one in store(f"sum by ({ACCOUNT}) (spcs_pool:nodes:count)")}
    assert found == {fleet.ACCOUNT: NODES, OTHER: NODES}
