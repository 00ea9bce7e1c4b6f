"""The simulated account keeps to the documented names and answers DNS as a server does."""

import re

import pytest
from dnslib import RCODE, DNSRecord

from monitoring.metrics import CATALOGUE
from simulator import zone
from simulator.__main__ import build_fleet, parse
from simulator.behaviour import LEAK_PERIOD, RESTART_PAUSE, Behaviour, read
from simulator.catalog import Catalog
from simulator.errors import Refusal, SqlError, SqlErrorKind
from simulator.exposition import render, samples
from simulator.faults import Faults
from simulator.fleet import Fleet, Network
from simulator.privileges import ROLE, USER
from simulator.sql import Session, execute

NAME = "discover.monitor.web_pool.cp.spcs.internal"


@pytest.fixture
def fleet() -> Fleet:
    return build_fleet(parse(["--session", "unused", "--pools", "3", "--nodes", "2", "--containers", "6"]))


def test_together_the_nodes_publish_the_whole_catalogue(fleet: Fleet) -> None:
    after_a_kill = LEAK_PERIOD + RESTART_PAUSE / 2
    published = {name for pool, node in fleet.nodes() for name, _, _ in samples(pool, node, after_a_kill)}
    assert published == set(CATALOGUE)


def test_every_line_has_the_labels_of_the_catalogue_in_order(fleet: Fleet) -> None:
    for pool, node in fleet.nodes():
        for line in render(pool, node, 10).splitlines():
            if not line.startswith("#"):
                name, labels = line.split("{")[0], re.findall(r'(\w+)="', line)
                assert tuple(labels) == CATALOGUE[name].labels


def test_values_keep_every_digit(fleet: Fleet) -> None:
    pool, node = next(fleet.nodes())
    assert f"}} {13 * 1024**3}\n" in render(pool, node, 0)


def test_no_two_series_of_a_node_are_the_same(fleet: Fleet) -> None:
    for pool, node in fleet.nodes():
        names = [line.rsplit(" ", 1)[0] for line in render(pool, node, 10).splitlines() if not line.startswith("#")]
        assert len(names) == len(set(names))


def test_a_leaking_container_is_killed_waits_and_runs_again() -> None:
    assert read(Behaviour.LEAKING, 1, LEAK_PERIOD - 1).memory > 0.99
    killed = read(Behaviour.LEAKING, 1, LEAK_PERIOD + 1)
    assert (killed.state, killed.finished_reason, killed.exit_code, killed.restarts) == (
        "pending",
        "FailedWithOOM",
        137,
        1,
    )
    assert read(Behaviour.LEAKING, 1, LEAK_PERIOD + RESTART_PAUSE + 1).state == "running"


def test_readings_stay_within_their_limits() -> None:
    for behaviour in Behaviour:
        for age in range(0, 1000, 7):
            now = read(behaviour, 5, age)
            assert 0 <= now.cpu <= 1
            assert 0 <= now.memory <= 1


def ask(fleet: Fleet, kind: str, faults: Faults | None = None, name: str = NAME, *, udp: bool = True) -> DNSRecord:
    catalog = Catalog(fleet=fleet, faults=faults or Faults())
    packet = zone.answer(catalog, DNSRecord.question(name, kind).pack(), udp=udp)
    assert packet is not None
    return DNSRecord.parse(packet)


def test_a_pool_has_srv_records_with_the_addresses_of_their_targets(fleet: Fleet) -> None:
    answer = ask(fleet, "SRV")
    assert {record.rdata.port for record in answer.rr} == {9001}
    target = str(answer.rr[0].rdata.target)
    assert str(ask(fleet, "A", name=target).rr[0].rdata) == "127.90.0.1"


def test_a_pool_has_one_address_record_a_node(fleet: Fleet) -> None:
    assert {str(record.rdata) for record in ask(fleet, "A").rr} == {"127.90.0.1", "127.90.0.2"}


@pytest.mark.parametrize(
    ("fault", "code"), [("nxdomain", RCODE.NXDOMAIN), ("servfail", RCODE.SERVFAIL), ("no-srv", RCODE.NOERROR)]
)
def test_a_pool_can_be_broken(fleet: Fleet, fault: str, code: int) -> None:
    answer = ask(fleet, "SRV", Faults(pools={"WEB_POOL": fault}))
    assert answer.header.rcode == code
    assert not answer.rr


def test_one_target_of_a_pool_can_fail(fleet: Fleet) -> None:
    faults = Faults(pools={"WEB_POOL": "bad-target"})
    first, second = (str(record.rdata.target) for record in ask(fleet, "SRV", faults).rr)
    assert ask(fleet, "A", faults, first).header.rcode == RCODE.SERVFAIL
    assert len(ask(fleet, "A", faults, second).rr) == 1


def test_records_of_a_pool_can_make_no_sense(fleet: Fleet) -> None:
    records = ask(fleet, "SRV", Faults(pools={"WEB_POOL": "odd-records"})).rr
    assert [record.rdata.port for record in records] == [0, 9001, 9001]
    assert str(records[-1].rdata.target) == "*.bad.internal."


def test_a_pool_can_have_an_older_name_or_be_silent(fleet: Fleet) -> None:
    old = "monitor.web_pool.snowflakecomputing.internal"
    assert ask(fleet, "A", name=old).header.rcode == RCODE.NXDOMAIN
    faults = Faults(pools={"WEB_POOL": "old-name"})
    assert len(ask(fleet, "A", faults, old).rr) == 2
    assert ask(fleet, "A", faults).header.rcode == RCODE.NXDOMAIN
    silent = Catalog(fleet=fleet, faults=Faults(pools={"WEB_POOL": "silent"}))
    assert zone.answer(silent, DNSRecord.question(NAME, "A").pack()) is None


def test_unknown_and_suspended_pools_do_not_exist(fleet: Fleet) -> None:
    assert ask(fleet, "A", name="discover.monitor.other.cp.spcs.internal").header.rcode == RCODE.NXDOMAIN
    fleet.pools["WEB_POOL"].state = "SUSPENDED"
    assert ask(fleet, "A").header.rcode == RCODE.NXDOMAIN


def test_a_long_answer_is_truncated_over_udp_and_whole_over_tcp() -> None:
    fleet = build_fleet(parse(["--session", "unused", "--pools", "1", "--nodes", "150"]))
    short = ask(fleet, "SRV")
    assert short.header.tc
    assert str(short.q.qname) == f"{NAME}.", "a client takes no answer without its question"
    assert len(ask(fleet, "SRV", udp=False).rr) == 150


def test_nodes_that_share_an_address_differ_by_port() -> None:
    fleet = Fleet(Network("127.0.0.1", 9100, one_address=True), containers=0)
    pool = fleet.add_pool("P", "CPU_X64_S", 2)
    assert list(pool.nodes) == ["127.0.0.1:9100", "127.0.0.1:9101"]
    assert len({node.id for node in pool.nodes.values()}) == 2


def test_a_removed_node_makes_room_for_the_next(fleet: Fleet) -> None:
    pool = fleet.pools["WEB_POOL"]
    del pool.nodes["127.90.0.1:9001"]
    assert fleet.add_node(pool).id == "127.90.0.1"


def test_every_code_of_an_error_stands_for_one_thing() -> None:
    codes = [kind.value[0] for kind in SqlErrorKind] + [refusal.code for refusal in Refusal]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("statement", "fault", "kind"),
    [
        ("SHOW TABLES IN SCHEMA A.B", None, SqlErrorKind.SYNTAX),
        ("CALL SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS()", "no-function", SqlErrorKind.UNKNOWN_FUNCTION),
        ("CREATE DATABASE IF NOT EXISTS D", None, SqlErrorKind.NOT_PRIVILEGED),
        ("DESCRIBE SERVICE D.S.NONE", None, SqlErrorKind.MISSING),
        ("SHOW GRANTS TO ROLE NOBODY; DROP", None, SqlErrorKind.SYNTAX),
        ("GRANT USAGE ON COMPUTE POOL WEB_POOL TO ROLE NOBODY", None, SqlErrorKind.NOT_PRIVILEGED),
    ],
)
def test_a_statement_that_is_refused_has_the_code_of_its_reason(
    fleet: Fleet, statement: str, fault: str | None, kind: SqlErrorKind
) -> None:
    catalog = Catalog(fleet=fleet, faults=Faults(account=fault))
    with pytest.raises(SqlError) as refused:
        execute(catalog, Session(user=USER, role=ROLE), statement)
    assert (refused.value.code, refused.value.state) == kind.value
