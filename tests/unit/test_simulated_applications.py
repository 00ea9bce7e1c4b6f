"""The simulated account's applications: who finds them, who reaches them, and what they publish."""

import asyncio
import socket

import aiohttp
import pytest
from dnslib import RCODE, DNSRecord
from statement_parts import create

from simulator import zone
from simulator.__main__ import build_fleet, parse
from simulator.application_servers import ApplicationServers
from simulator.applications import Applications
from simulator.catalog import Catalog
from simulator.faults import Faults
from simulator.privileges import ADMINISTRATOR, APPLICATION_OWNER, DEPLOYER, ROLE, Grant
from simulator.publishers import KINDS, PUBLISHERS
from simulator.publishers.exposition import render
from simulator.sql import Session, execute
from simulator.sql.service_roles import reaches

LLM = ("ANALYTICS", "PUBLIC", "LLM")
LIST = "SHOW SERVICES EXCLUDE JOBS IN ACCOUNT"


@pytest.fixture
def catalog() -> Catalog:
    fleet = build_fleet(parse(["--session", "unused", "--pools", "3", "--nodes", "2", "--containers", "6"]))
    return Catalog(fleet=fleet, faults=Faults(), delay=0)


@pytest.fixture
def applications(catalog: Catalog) -> Applications:
    return Applications(catalog)


def run(catalog: Catalog, statement: str, role: str = ROLE) -> list[dict[str, str | None]]:
    table = execute(catalog, Session(user="SOMEBODY", role=role), statement)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def look_up(catalog: Catalog, name: str) -> DNSRecord:
    packet = zone.answer(catalog, DNSRecord.question(name, "A").pack())
    assert packet is not None
    return DNSRecord.parse(packet)


def test_one_statement_lists_what_the_role_may_see(catalog: Catalog, applications: Applications) -> None:
    applications.begin(3)
    applications.add(("ANALYTICS", "STAGING", "HIDDEN"), "fastapi")
    rows = run(catalog, LIST)
    assert [row["name"] for row in rows] == ["LLM", "ORDERS", "WORKER"]
    first = rows[0]
    assert first["comment"] == "An application. prometheus.io/scrape=true prometheus.io/port=8000"
    assert (first["status"], first["owner"], first["compute_pool"]) == ("RUNNING", APPLICATION_OWNER, "GPU_POOL")
    assert first["current_instances"] == "2"
    assert first["spec_digest"]


def test_only_the_owner_opts_a_service_in(catalog: Catalog, applications: Applications) -> None:
    applications.add(LLM, "vllm")
    applications.grant(LLM)
    opt_in = "ALTER SERVICE ANALYTICS.PUBLIC.LLM SET COMMENT = 'prometheus.io/scrape=true prometheus.io/port=8000'"
    with pytest.raises(Exception, match="OWNERSHIP is missing"):
        run(catalog, opt_in)
    run(catalog, opt_in, APPLICATION_OWNER)
    assert run(catalog, LIST)[0]["comment"] == "prometheus.io/scrape=true prometheus.io/port=8000"


def test_instances_have_numbers_and_the_addresses_of_the_zone(catalog: Catalog, applications: Applications) -> None:
    applications.begin(1)
    instances = run(catalog, "SHOW SERVICE INSTANCES IN SERVICE ANALYTICS.PUBLIC.LLM")
    assert [(row["instance_id"], row["ip_address"]) for row in instances] == [("0", "127.91.0.1"), ("1", "127.91.0.2")]
    name = str(run(catalog, LIST)[0]["dns_name"])
    assert {str(record.rdata) for record in look_up(catalog, f"instances.{name}").rr} == {"127.91.0.1", "127.91.0.2"}
    assert len(look_up(catalog, name).rr) == 1
    applications.scale(LLM, 3)
    assert len(look_up(catalog, f"instances.{name}").rr) == 3
    applications.redeploy(LLM)
    fresh = {str(record.rdata) for record in look_up(catalog, f"instances.{name}").rr}
    assert not fresh & {"127.91.0.1", "127.91.0.2", "127.91.0.3"}
    run(catalog, "ALTER SERVICE ANALYTICS.PUBLIC.LLM SUSPEND", APPLICATION_OWNER)
    assert look_up(catalog, f"instances.{name}").header.rcode == RCODE.NXDOMAIN
    assert run(catalog, "SHOW SERVICE INSTANCES IN SERVICE ANALYTICS.PUBLIC.LLM") == []


def test_names_of_one_schema_share_a_hash_and_have_no_underscore(catalog: Catalog) -> None:
    first, second, other = (
        catalog.dns_name(name).split(".") for name in (("D", "S", "MY_APP"), ("D", "S", "B"), ("D", "T", "B"))
    )
    assert first[0] == "my-app"
    assert first[1:] == second[1:]
    assert second[1] != other[1]
    assert 4 <= len(first[1]) <= 8


def test_a_name_of_no_service_is_unknown(catalog: Catalog) -> None:
    assert look_up(catalog, "instances.none.abcd.svc.spcs.internal").header.rcode == RCODE.NXDOMAIN


NEEDED = (
    "GRANT USAGE ON DATABASE ANALYTICS TO ROLE METRICS_ROLE",
    "GRANT USAGE ON SCHEMA ANALYTICS.PUBLIC TO ROLE METRICS_ROLE",
    "GRANT SERVICE ROLE ANALYTICS.PUBLIC.LLM!all_endpoints_usage TO ROLE METRICS_ROLE",
)


@pytest.mark.parametrize("left_out", [*NEEDED, None])
def test_a_port_is_open_to_a_role_that_has_all_that_is_needed(
    catalog: Catalog, applications: Applications, left_out: str | None
) -> None:
    applications.add(LLM, "vllm")
    for statement in NEEDED:
        if statement != left_out:
            run(catalog, statement, APPLICATION_OWNER)
    assert reaches(catalog, ROLE, LLM, 8000) is (left_out is None)


def test_ports_that_are_not_declared_and_roles_of_other_endpoints_stay_out(
    catalog: Catalog, applications: Applications
) -> None:
    service = applications.add(LLM, "vllm")
    applications.grant(LLM)
    assert not reaches(catalog, ROLE, LLM, 8001)
    assert reaches(catalog, APPLICATION_OWNER, LLM, 8000)
    service.specification["spec"]["endpoints"].append({"name": "ray", "portRange": "12000-12010", "protocol": "TCP"})
    service.specification["serviceRoles"] = [{"name": "distributed", "endpoints": ["ray"]}]
    assert reaches(catalog, ROLE, LLM, 12003)
    applications.grant(LLM, given=False)
    run(catalog, "GRANT SERVICE ROLE ANALYTICS.PUBLIC.LLM!distributed TO ROLE METRICS_ROLE", APPLICATION_OWNER)
    assert reaches(catalog, ROLE, LLM, 12003)
    assert not reaches(catalog, ROLE, LLM, 8000)
    run(catalog, "REVOKE SERVICE ROLE ANALYTICS.PUBLIC.LLM!distributed FROM ROLE METRICS_ROLE", APPLICATION_OWNER)
    assert not reaches(catalog, ROLE, LLM, 12003)
    ports = {row["name"]: (row["port"], row["port_range"], row["protocol"]) for row in endpoints(catalog)}
    assert ports == {"metrics": ("8000", None, "TCP"), "ray": (None, "12000-12010", "TCP")}


def endpoints(catalog: Catalog) -> list[dict[str, str | None]]:
    return run(catalog, "SHOW ENDPOINTS IN SERVICE ANALYTICS.PUBLIC.LLM", APPLICATION_OWNER)


def test_a_private_link_has_a_column_of_its_own(catalog: Catalog, applications: Applications) -> None:
    applications.add(LLM, "vllm")
    catalog.private = True
    assert endpoints(catalog)[0]["privatelink_ingress_url"] is None, "the endpoint is not public"


def test_a_grant_on_future_services_is_had_on_those_that_come(catalog: Catalog) -> None:
    for statement in (
        "CREATE DATABASE IF NOT EXISTS D",
        "CREATE SCHEMA IF NOT EXISTS D.S",
        "CREATE IMAGE REPOSITORY IF NOT EXISTS D.S.IMAGES",
        "GRANT MONITOR ON FUTURE SERVICES IN SCHEMA D.S TO ROLE METRICS_ROLE",
    ):
        run(catalog, statement, ADMINISTRATOR)
    catalog.repositories["D", "S", "IMAGES"]["spcs-oss-otel", "1"] = "sha256:1"
    for kind, name in (("DATABASE", "D"), ("SCHEMA", "D.S"), ("COMPUTE POOL", "WEB_POOL")):
        catalog.privileges.give(Grant(role=DEPLOYER, privilege="OWNERSHIP", kind=kind, name=name))
    catalog.privileges.give(Grant(role=DEPLOYER, privilege="READ", kind="IMAGE REPOSITORY", name="D.S.IMAGES"))
    run(catalog, create("D.S.NEW"), DEPLOYER)
    assert catalog.privileges.has(Grant(role=ROLE, privilege="MONITOR", kind="SERVICE", name="D.S.NEW"))


@pytest.mark.parametrize("kind", PUBLISHERS)
def test_a_publisher_writes_families_whose_totals_only_grow(kind: str) -> None:
    earlier, later = (
        {
            (sample.name, tuple(sample.labels.items())): sample.value
            for family in PUBLISHERS[kind](7, age)
            for sample in family.samples
            if family.kind != "gauge"
        }
        for age in (600, 1200)
    )
    assert earlier.keys() == later.keys()
    assert all(later[series] >= value for series, value in earlier.items())
    names = [name for family in PUBLISHERS[kind](7, 600) for name in (s.name for s in family.samples)]
    assert render(PUBLISHERS[kind](7, 600)).count("\n") == len(names) + 2 * len(PUBLISHERS[kind](7, 600))


def test_buckets_of_a_histogram_are_cumulative() -> None:
    for kind in ("vllm", "fastapi", "exporter"):
        for family in PUBLISHERS[kind](3, 900):
            if family.kind == "histogram":
                *buckets, count, _ = (sample.value for sample in family.samples)
                assert buckets == sorted(buckets)
                assert buckets[-1] == count


def test_an_application_is_on_the_nodes_of_its_pool_too(catalog: Catalog, applications: Applications) -> None:
    applications.begin(1)
    placed = [i for _, node in catalog.fleet.nodes() for i in node.instances if i.service == "LLM"]
    assert [instance.number for instance in placed] == [0, 1]
    applications.remove(LLM)
    assert not [i for _, node in catalog.fleet.nodes() for i in node.instances if i.service == "LLM"]


def test_what_cannot_be_added_is_refused(applications: Applications) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        applications.add(LLM, "unknown")
    with pytest.raises(ValueError, match=r"give DATABASE\.SCHEMA\.SERVICE"):
        applications.add(("LLM",), "vllm")
    with pytest.raises(LookupError, match="the pool NONE is unknown"):
        applications.add(LLM, "vllm", pool="NONE")


async def fetch(port: int) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}/metrics", allow_redirects=False) as answer,
    ):
        return answer.status, answer.headers.get("Location", ""), (await answer.text())[:200]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(catalog: Catalog, kind: str, *, granted: bool) -> tuple[int, str, str]:
    """Return what a client gets of an application of a kind."""
    free = free_port()
    catalog.first_host, catalog.one_host = "127.0.0.1", True
    applications = Applications(catalog, free)
    applications.add(LLM, kind)
    applications.grant(LLM, given=granted)

    async def ask() -> tuple[int, str, str]:
        await ApplicationServers(catalog, applications).start()
        return await fetch(free)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("vllm", 200, "# HELP vllm:num_requests_running"),
        ("hostile", 200, "# HELP node_cpu_capacity"),
        ("missing", 404, "not found"),
        ("html", 200, "<html>"),
        ("redirecting", 302, ""),
        ("many-series", 200, 'many_series{number="0"}'),
    ],
)
def test_each_kind_answers_a_scrape_in_its_way(catalog: Catalog, kind: str, status: int, text: str) -> None:
    assert kind in KINDS
    got, location, body = serve(catalog, kind, granted=True)
    assert (got, location) == (status, "/elsewhere" if status == 302 else "")
    assert body.startswith(text)


def test_a_port_opens_and_closes_as_the_account_is_told_while_it_runs(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.application_servers._SECONDS", 0.01)
    catalog.first_host, catalog.one_host = "127.0.0.1", True
    applications = Applications(catalog, free_port())
    applications.add(LLM, "fastapi")
    servers = ApplicationServers(catalog, applications)
    port = applications.known[LLM].port
    seen = []

    async def watch() -> None:
        await servers.start()
        following = asyncio.create_task(servers.follow())
        for statement in ("", NEEDED[0], NEEDED[1], NEEDED[2], "ALTER SERVICE ANALYTICS.PUBLIC.LLM SUSPEND"):
            if statement:
                run(catalog, statement, APPLICATION_OWNER)
            await asyncio.sleep(0.05)
            seen.append(servers.listens("127.0.0.1", port))
        following.cancel()

    asyncio.run(watch())
    assert seen == [False, False, False, True, False]


def test_nothing_listens_for_a_role_without_the_service_role(catalog: Catalog) -> None:
    with pytest.raises(aiohttp.ClientConnectorError):
        serve(catalog, "vllm", granted=False)
