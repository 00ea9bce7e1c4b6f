"""The DNS zones: SRV and A records of every pool's nodes, and those of services, over UDP and TCP."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import cast

from dnslib import QTYPE, RCODE, RR, SRV, A, DNSRecord

from simulator import service_zone
from simulator.catalog import Catalog
from simulator.faults import Faults
from simulator.fleet import Fleet, Node, Pool

SUFFIX = ".cp.spcs.internal."
# The form of earlier releases.
OLD_PREFIX, OLD_SUFFIX = "monitor.", ".snowflakecomputing.internal."
_TTL = 5
# Larger answers are sent truncated over UDP, which makes the client ask again over TCP.
_MAX_UDP = 1232


def answer(catalog: Catalog, query: bytes, *, udp: bool = True, unknown_names: set[str] | None = None) -> bytes | None:
    """Return the packet that answers a query packet, or None for silence.

    A name outside of the zones is added to unknown_names.
    """
    fleet, faults = catalog.fleet, catalog.faults
    request = DNSRecord.parse(query)
    reply = request.reply()
    name = str(request.q.qname).lower()
    if unknown_names is not None and not name.endswith((SUFFIX, OLD_SUFFIX, service_zone.SUFFIX)):
        unknown_names.add(name)
    pool = _find_pool(fleet, name)
    if pool and faults.pools.get(pool.name) == "silent":
        return None
    kind = QTYPE.get(request.q.qtype)
    if name.endswith(service_zone.SUFFIX):
        code, records = service_zone.look_up(catalog, name, kind)
    else:
        code, records = _look_up(fleet, faults, name, kind)
    reply.header.rcode = code
    for record in records:
        reply.add_answer(record)
    for record in list(records) if kind == "SRV" else []:
        reply.add_ar(*_addresses(fleet, faults, str(record.rdata.target)))
    packet: bytes = reply.pack()
    if udp and len(packet) > _MAX_UDP:
        short = request.reply()
        short.header.rcode, short.header.tc = code, 1
        packet = short.pack()
    return packet


def _look_up(fleet: Fleet, faults: Faults, name: str, kind: str) -> tuple[int, list[RR]]:
    if name.startswith("node-"):
        owner = _find_pool(fleet, name.partition(".")[2])
        if owner and faults.pools.get(owner.name) == "bad-target" and name == _target(owner, _first(owner)):
            return RCODE.SERVFAIL, []
        records = _addresses(fleet, faults, name)
        return (RCODE.NOERROR if records else RCODE.NXDOMAIN), (records if kind == "A" else [])
    pool = _find_pool(fleet, name)
    fault = faults.pools.get(pool.name) if pool else None
    if fault == "servfail":
        return RCODE.SERVFAIL, []
    hidden = fault == "nxdomain" or (fault == "old-name") != name.endswith(OLD_SUFFIX)
    if pool is None or not pool.monitored or not pool.nodes or pool.state == "SUSPENDED" or hidden:
        return RCODE.NXDOMAIN, []
    if (kind, fault) in {("SRV", "no-srv"), ("A", "no-addresses")}:
        return RCODE.NOERROR, []
    records = _pool_records(pool, name, kind)
    if fault == "odd-records" and kind == "SRV":
        records[0].rdata.port = 0
        records.append(RR(name, QTYPE.SRV, ttl=_TTL, rdata=SRV(0, 0, 9001, "*.bad.internal.")))
    return RCODE.NOERROR, records


def _pool_records(pool: Pool, name: str, kind: str) -> list[RR]:
    if kind == "SRV":
        return [_srv(name, pool, node) for node in pool.nodes.values()]
    if kind == "A":
        hosts = {node.host for node in pool.nodes.values()}
        return [RR(name, QTYPE.A, ttl=_TTL, rdata=A(host)) for host in hosts]
    return []


def _find_pool(fleet: Fleet, name: str) -> Pool | None:
    label = name.removeprefix("discover.").removeprefix(OLD_PREFIX).removesuffix(SUFFIX).removesuffix(OLD_SUFFIX)
    return next((pool for pool in fleet.pools.values() if pool.name.lower() == label), None)


def _first(pool: Pool) -> Node:
    return next(iter(pool.nodes.values()))


def _target(pool: Pool, node: Node) -> str:
    return f"node-{node.number}.{pool.name.lower()}{SUFFIX}"


def _srv(name: str, pool: Pool, node: Node) -> RR:
    return RR(name, QTYPE.SRV, ttl=_TTL, rdata=SRV(0, 0, node.port, _target(pool, node)))


def _addresses(fleet: Fleet, faults: Faults, target: str) -> list[RR]:
    pool = _find_pool(fleet, target.partition(".")[2].lower())
    if pool is None or faults.pools.get(pool.name) == "no-addresses":
        return []
    return [
        RR(target, QTYPE.A, ttl=_TTL, rdata=A(node.host))
        for node in pool.nodes.values()
        if _target(pool, node) == target.lower()
    ]


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, reply: Callable[[bytes], bytes | None], faults: Faults) -> None:
        self._reply = reply
        self._faults = faults

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        packet = self._reply(data)
        if packet is not None:
            asyncio.get_running_loop().call_later(self._faults.dns_seconds, self._transport.sendto, packet, addr)


async def serve(catalog: Catalog, host: str, port: int, unknown_names: set[str]) -> None:
    """Answer queries on host:port over both transports until the loop ends."""
    faults = catalog.faults
    reply = partial(answer, catalog, unknown_names=unknown_names)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while size := await reader.readexactly(2):
                query = await reader.readexactly(int.from_bytes(size))
                await asyncio.sleep(faults.dns_seconds)
                packet = reply(query, udp=False)
                if packet is not None:
                    writer.write(len(packet).to_bytes(2) + packet)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: _Udp(reply, faults), local_addr=(host, port))
    await asyncio.start_server(handle, host, port)
