"""Applications: services of the account's users, whose instances are on nodes and publish metrics of their own."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulator.behaviour import DAY, Behaviour
from simulator.catalog import EVERY_ENDPOINT, Catalog, Name, Service
from simulator.day import PUBLISHING, find_instances, find_pool, is_running
from simulator.fleet import DATABASE, GIB, SCHEMA, Container, Instance, Node, Pool
from simulator.privileges import APPLICATION_OWNER, ROLE, Grant
from simulator.publishers import KINDS

# Name, publisher and port of the applications that an account may begin with; they get these in turn.
_BEGINNING = (("LLM", "vllm", 8000), ("ORDERS", "fastapi", 8080), ("WORKER", "exporter", 9464))
_IMAGE = "/analytics/public/images/application:1"
_ENDPOINT = "metrics"
# What their owner gives so that the collector finds and reaches one.
_PRIVILEGES = (("USAGE", "DATABASE", 1), ("USAGE", "SCHEMA", 2), ("MONITOR", "SERVICE", 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What publishes in a service: one of KINDS, on a port of each instance."""

    publisher: str
    port: int


class Applications:
    """The applications by name; what the account shows of them is in its catalog."""

    def __init__(self, catalog: Catalog, first_port: int = 8000) -> None:
        self._catalog = catalog
        self._ports = itertools.count(first_port)
        self.known: dict[Name, Application] = {}

    def begin(self, count: int) -> None:
        """Add so many applications that keep to the rules, have opted in and may be reached."""
        for number in range(count):
            service, publisher, port = _BEGINNING[number % len(_BEGINNING)]
            turn = number // len(_BEGINNING) + 1
            name = (DATABASE, SCHEMA, service if turn == 1 else f"{service}_{turn}")
            self.add(name, publisher, port=port, instances=2 if publisher == "vllm" else 1)
            self.opt_in(name)
            self.grant(name)

    def add(self, name: Name, publisher: str, *, port: int = 8000, instances: int = 1, pool: str = "") -> Service:
        """Add an application that nobody has opted in. Raises ValueError for what cannot be, LookupError for a pool."""
        if publisher not in KINDS:
            raise ValueError(f"{publisher!r} is not one of {', '.join(KINDS)}")
        if len(name) != 3 or name in self._catalog.services:
            raise ValueError(f"{'.'.join(name)} cannot be added: give DATABASE.SCHEMA.SERVICE, a name that is free")
        service = self._register(name, publisher, port, self._home(pool, gpu=publisher == "vllm").name)
        # Where all instances share an address, applications differ by their port, and have one instance.
        self.scale(name, 1 if self._catalog.one_host else instances)
        return service

    def begin_day(self) -> None:
        """Let services of the day publish that are on its nodes; they have opted in and may be reached."""
        fleet = self._catalog.fleet
        for one in PUBLISHING:
            name = (DATABASE, SCHEMA, one.service)
            service = self._register(name, one.publisher, one.port, find_pool(fleet, one.service))
            running = [number for number, found in find_instances(fleet, one.service).items() if is_running(found, DAY)]
            numbers = running[:1] if self._catalog.one_host else running
            service.hosts = {number: self._catalog.next_host() for number in numbers}
            self.opt_in(name)
            self.grant(name)

    def _register(self, name: Name, publisher: str, port: int, pool: str) -> Service:
        """Add an application without instances to the account."""
        port = next(self._ports) if self._catalog.one_host else port
        self.known[name] = Application(publisher=publisher, port=port)
        self._catalog.databases.setdefault(name[0], set()).add(name[1])
        now = self._catalog.clock() - 60
        endpoint = {"name": _ENDPOINT, "port": port, "protocol": "TCP"}
        service = self._catalog.services[name] = Service(
            pool=pool,
            specification={"spec": {"containers": [{"name": "main", "image": _IMAGE}], "endpoints": [endpoint]}},
            digests={"main": "sha256:application"},
            owner=APPLICATION_OWNER,
            created=now,
            changed=now,
        )
        for kind, parts in (("DATABASE", 1), ("SCHEMA", 2), ("SERVICE", 3)):
            self._give("OWNERSHIP", kind, name[:parts], APPLICATION_OWNER)
        return service

    def opt_in(self, name: Name) -> None:
        """Write into the comment that its metrics may be read, and where they are."""
        port = self.known[name].port
        service = self._catalog.service(name)
        service.comment = f"An application. prometheus.io/scrape=true prometheus.io/port={port}"

    def grant(self, name: Name, *, given: bool = True) -> None:
        """Give the collector's role what it needs, or take from it what is the application's own."""
        for privilege, kind, parts in _PRIVILEGES:
            if given:
                self._give(privilege, kind, name[:parts], ROLE)
            elif kind == "SERVICE":
                self._catalog.privileges.take(Grant(role=ROLE, privilege=privilege, kind=kind, name=".".join(name)))
        self.connect(name, given=given)

    def connect(self, name: Name, *, given: bool) -> None:
        """Give the collector's role the service role, without which it may not connect, or take it."""
        self._catalog.service(name).roles[EVERY_ENDPOINT] = {ROLE} if given else set()

    def scale(self, name: Name, instances: int) -> None:
        """Let an application have so many instances. Raises ValueError for fewer than one."""
        if instances < 1:
            raise ValueError(f"instances is {instances}: give at least 1")
        service = self._catalog.service(name)
        kept = {number: host for number, host in service.hosts.items() if number < instances}
        service.hosts = kept | {n: self._catalog.next_host() for n in range(instances) if n not in kept}
        self._place(name, service)

    def redeploy(self, name: Name) -> None:
        """Give every instance another address, as an upgrade does."""
        service = self._catalog.service(name)
        service.hosts = {number: self._catalog.next_host() for number in service.hosts}

    def rename(self, old: Name, new: Name) -> None:
        """Replace an application by one of another name, which nobody has granted anything on."""
        was, instances = self.known[old], len(self._catalog.service(old).hosts)
        pool, comment = self._catalog.service(old).pool, self._catalog.service(old).comment
        self.add(new, was.publisher, port=was.port, instances=instances, pool=pool).comment = comment
        self.remove(old)

    def remove(self, name: Name) -> None:
        """Remove an application. Raises LookupError for an unknown one."""
        if name not in self.known:
            raise LookupError(f"the application {'.'.join(name)} is unknown: GET /applications lists them")
        del self.known[name], self._catalog.services[name]
        self._catalog.privileges.forget(kind="SERVICE", name=".".join(name))
        self._take_off_nodes(name)

    def instances(self) -> Iterator[tuple[Name, Application, int, str]]:
        """Yield name, application, number and host of each instance that runs."""
        for name, application in self.known.items():
            service = self._catalog.services.get(name)
            if service and self._catalog.state(service) in {"PENDING", "READY"}:
                for number, host in service.hosts.items():
                    yield name, application, number, host

    def _home(self, pool: str, *, gpu: bool) -> Pool:
        pools = self._catalog.fleet.pools
        if pool and pool not in pools:
            raise LookupError(f"the pool {pool} is unknown: the pools are {', '.join(pools) or 'none'}")
        fitting = [one for one in pools.values() if bool(one.family.gpus) == gpu]
        return pools[pool] if pool else (fitting or list(pools.values()))[0]

    def _place(self, name: Name, service: Service) -> None:
        """Put the instances on the nodes of the pool in turn, beside what is there."""
        self._take_off_nodes(name)
        pool = self._catalog.fleet.pools[service.pool]
        nodes = itertools.cycle(list(pool.nodes.values()))
        for number, node in zip(service.hosts, nodes, strict=False):
            there = pool.nodes[node.address]
            placed = _instance(name, number, pool, there)
            pool.nodes[node.address] = replace(there, instances=(*there.instances, placed))

    def _take_off_nodes(self, name: Name) -> None:
        for pool, node in self._catalog.fleet.nodes():
            left = tuple(one for one in node.instances if (one.database, one.schema, one.service) != name)
            pool.nodes[node.address] = replace(node, instances=left)

    def _give(self, privilege: str, kind: str, name: Name, role: str) -> None:
        self._catalog.privileges.give(Grant(role=role, privilege=privilege, kind=kind, name=".".join(name)))


def _instance(name: Name, number: int, pool: Pool, node: Node) -> Instance:
    gpu = node.number % pool.family.gpus if pool.family.gpus else None
    container = Container(
        name="main", behaviour=Behaviour.BUSY, cpu_limit=0.5, memory_limit=GIB, requested=0.2, gpu=gpu
    )
    database, schema, service = name
    return Instance(
        database=database,
        schema=schema,
        service=service,
        number=number,
        containers=(container,),
        endpoint=_ENDPOINT,
    )
