"""Applications through the real collector into the real store: the well-behaved arrive whole, others harm nobody."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from admin import call
from waiting import SCRAPE_SECONDS, wait_for

from monitoring.metrics import CATALOGUE
from monitoring.rules.alerts import ALERTS
from monitoring.scope import scope_rule
from monitoring.selectors import APPLICATION_JOB, JOB
from spcsmetrics.local import applications, parts, processes
from spcsmetrics.local.promql import InstantQuery, over_http
from spcsmetrics.programs import collector

BROKEN = ("html", "huge", "many-series", "missing", "redirecting")
LLM, EVIL, CLOSED = "ANALYTICS.PUBLIC.LLM", "MY_DB.AI.EVIL", "MY_DB.AI.CLOSED"
PATIENCE = 30


def name_of(kind: str) -> str:
    return kind.upper().replace("-", "_")


@dataclass(frozen=True)
class Stand:
    """A store that the collector feeds, and the simulator's admin API."""

    query: InstantQuery
    admin: str

    def change(self, name: str, /, **change: object) -> None:
        call(self.admin, "PATCH", f"/applications/{name}", change)

    def up(self, service: str = ".+") -> dict[str, float]:
        """Return whether each instance of a service answers, by its label."""
        found = self.query(f'up{{job="{APPLICATION_JOB}", snow_service_name=~"{service}"}}')
        return {sample.labels["instance"]: sample.value for sample in found}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with processes.open_run(tmp_path_factory.mktemp("applications")) as run:
        simulation = parts.start_simulator(run, pools=1, nodes=2, containers=2, applications=3)
        store = parts.start_store(run)
        more = [collector.SERVICES_CONFIG]
        parts.start_collector(run, simulation, store, f"{SCRAPE_SECONDS}s", refresh="1s", more=more)
        found = Stand(over_http(store.url), simulation.admin)
        added = {EVIL: "hostile", CLOSED: "fastapi"} | {f"MY_DB.AI.{name_of(kind)}": kind for kind in BROKEN}
        for name, kind in added.items():
            call(simulation.admin, "POST", "/applications", {"name": name, "publisher": kind})
            found.change(name, opted_in=True, granted=True, connected=name != CLOSED)
        wait_for(lambda: len(found.up()) == 4 + len(added), PATIENCE)
        wait_for(lambda: sum(found.up().values()) == 5, PATIENCE)
        yield found


def test_every_series_of_those_that_answer_arrives_under_the_forced_labels(stand: Stand) -> None:
    def missing() -> set[str]:
        found = applications.compare(stand.admin, stand.query).missing
        return {dict(series)["snow_service_name"] for series in found}

    wait_for(lambda: missing() == {"CLOSED"}, PATIENCE)
    assert not applications.compare(stand.admin, stand.query).unexpected


def test_an_application_that_breaks_the_rules_costs_only_its_own_scrapes(stand: Stand) -> None:
    down = {instance.split("/")[0].rpartition(".")[2] for instance, value in stand.up().items() if not value}
    assert down == {name_of(kind) for kind in BROKEN} | {"CLOSED"}
    assert {sample.value for sample in stand.query(f'up{{job="{JOB}"}}')} == {1}
    assert not stand.query('{__name__=~"stolen_metric|many_series|huge_body"}'), "a redirect, too many, too much"


@pytest.mark.parametrize(
    ("alert", "services"),
    [
        ("SpcsApplicationOverLimit", {"HUGE", "MANY_SERIES"}),
        ("SpcsApplicationDown", {"CLOSED", "HTML", "MISSING", "REDIRECTING"}),
    ],
)
def test_each_alert_is_about_those_with_its_cause(stand: Stand, alert: str, services: set[str]) -> None:
    def concerned() -> set[str]:
        found = stand.query(scope_rule(ALERTS[alert].expr))
        assert all("job" not in sample.labels for sample in found)
        return {sample.labels["snow_service_name"] for sample in found}

    # On a slow machine, a scrape may time out before it is refused for its samples: down, and not over.
    wait_for(lambda: concerned() == services, PATIENCE)


def test_a_hostile_application_passes_for_nothing_else(stand: Stand) -> None:
    assert stand.query("honest_requests_total")
    for name in (*CATALOGUE, "ALERTS", "spcs_pool:nodes:known", "spcs_compute_pool_info", "target_info"):
        assert not stand.query(f'{name}{{job="{APPLICATION_JOB}"}}'), name
    assert not stand.query(f'{{snow_service_name="VICTIM", job!="{APPLICATION_JOB}"}}')
    assert not stand.query('{snow_compute_pool_node_id="10.0.0.1"}')
    assert not stand.query('{instance="10.0.0.1:9001"}')
    # Its node reports its container, and the collector itself that it is opted in.
    jobs = {sample.labels["job"] for sample in stand.query('{snow_service_name="EVIL"}')}
    assert jobs <= {APPLICATION_JOB, JOB, "otelcol"}


def answering(stand: Stand, service: str = "LLM") -> set[str]:
    return {instance for instance, value in stand.up(service).items() if value}


def test_instances_keep_their_series_over_a_deployment_and_come_and_go_with_the_service(stand: Stand) -> None:
    two = {f"{LLM}/0:8000", f"{LLM}/1:8000"}
    wait_for(lambda: answering(stand) == two, PATIENCE)
    stand.change(LLM, redeploy=True)
    changed = time.time() + 3
    latest = f'min(timestamp(up{{job="{APPLICATION_JOB}", snow_service_name="LLM"}}))'
    wait_for(lambda: stand.query(latest)[0].value > changed and answering(stand) == two, PATIENCE)
    stand.change(LLM, instances=3)
    wait_for(lambda: answering(stand) == two | {f"{LLM}/2:8000"}, PATIENCE)
    stand.change(LLM, instances=1)
    wait_for(lambda: set(stand.up("LLM")) == {f"{LLM}/0:8000"}, PATIENCE)
    stand.change(LLM, suspended=True)
    wait_for(lambda: not stand.query('vllm:num_requests_running{snow_service_name="LLM"}'), PATIENCE)
    # Its instances fail until the next refresh, and after it they are no targets: it is not down.
    wait_for(lambda: not stand.up("LLM"), PATIENCE)
    stand.change(LLM, suspended=False)
    wait_for(lambda: answering(stand) == {f"{LLM}/0:8000"}, PATIENCE)
    stand.change(LLM, name="ANALYTICS.PUBLIC.LLM_2")
    wait_for(lambda: not stand.up("LLM"), PATIENCE)
    stand.change("ANALYTICS.PUBLIC.LLM_2", granted=True)
    wait_for(lambda: answering(stand, "LLM_2") == {"ANALYTICS.PUBLIC.LLM_2/0:8000"}, PATIENCE)


def test_a_service_whose_owner_takes_the_word_back_is_left_alone(stand: Stand) -> None:
    stand.change("ANALYTICS.PUBLIC.ORDERS", comment="An application.")
    wait_for(lambda: not stand.query('http_requests_total{snow_service_name="ORDERS"}'), PATIENCE)
