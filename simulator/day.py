"""An account with a day behind it, and with trouble that a person would meet: what is seen at the age of a day.

WEB_POOL is full, so that CHECKOUT is one instance short, and SESSIONS leaks memory. In BATCH_POOL the image of ENRICH
cannot be pulled, the job CLOSE_BOOKS failed, and egress of FEED is denied. GPU_POOL has a GPU that idles, SEARCH_POOL a
volume that fills up, REPORTS_POOL was suspended, and the role may not see the nodes of STAGING_POOL.

Three services publish metrics of their own. One instance of INGEST did not answer for some time in the afternoon.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulator.behaviour import DAY, Behaviour, read
from simulator.fleet import GIB, Container, Fleet, Instance, Network, Volume

_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class _Pool:
    """A pool: its family and what runs on each of its nodes."""

    family: str
    nodes: tuple[tuple[Instance, ...], ...]
    state: str = "ACTIVE"
    privilege: str = "MONITOR"
    suspended_at: float = 0


def _container(
    name: str,
    cpu: float,
    memory: float,
    behaviour: Behaviour = Behaviour.STEADY,
    *,
    requested: float = 0.7,
    gpu: int | None = None,
    since: float = 0,
    period: float = DAY,
) -> Container:
    return Container(
        name=name,
        behaviour=behaviour,
        cpu_limit=cpu,
        memory_limit=int(memory * GIB),
        requested=requested,
        gpu=gpu,
        since=since,
        period=period,
    )


def _storefront(number: int) -> Instance:
    containers = (_container("app", 1.3, 4, Behaviour.BUSY), _container("proxy", 0.4, 1))
    return Instance(service="STOREFRONT", number=number, endpoint="web", containers=containers)


def _checkout(number: int, behaviour: Behaviour = Behaviour.STEADY, since: float = 0) -> Instance:
    return Instance(service="CHECKOUT", number=number, containers=(_container("app", 1.4, 4, behaviour, since=since),))


def _one(service: str, container: Container, *, number: int = 0) -> Instance:
    return Instance(service=service, number=number, containers=(container,))


def _index(number: int, volume: Volume) -> Instance:
    return Instance(
        service="INDEX",
        number=number,
        endpoint="search",
        volume=volume,
        containers=(_container("engine", 4, 40, Behaviour.BUSY),),
    )


_LEAK = _container("cache", 0.8, 2, Behaviour.LEAKING, period=4.85 * _HOUR)
_FAILED = _container("main", 2, 6, Behaviour.FAILING, since=21.2 * _HOUR)
_DONE = _container("main", 2, 6, Behaviour.FINISHING, since=7.5 * _HOUR)

POOLS: Mapping[str, _Pool] = {
    "WEB_POOL": _Pool(
        family="CPU_X64_S",
        nodes=(
            (_storefront(0), _checkout(0), _one("SESSIONS", _LEAK)),
            (_storefront(1), _checkout(1), _one("IMAGES", _container("resize", 0.9, 2))),
            (
                _storefront(2),
                _checkout(2, Behaviour.WAITING, 21.5 * _HOUR),
                _one("RECOMMENDER", _container("model", 0.9, 3)),
            ),
        ),
    ),
    "BATCH_POOL": _Pool(
        family="CPU_X64_M",
        nodes=(
            (
                _one("INGEST", _container("worker", 2.5, 9, Behaviour.BUSY)),
                Instance(
                    service="FEED",
                    number=0,
                    containers=(_container("fetch", 1, 3),),
                    denied_since=18.4 * _HOUR,
                ),
                Instance(service="NIGHTLY_EXPORT", number=0, containers=(_DONE,), job=True, start=6 * _HOUR),
            ),
            (
                _one("INGEST", _container("worker", 2.5, 9, Behaviour.BUSY), number=1),
                _one("ENRICH", _container("main", 1, 4, Behaviour.UNPULLABLE, since=22.6 * _HOUR)),
                Instance(service="CLOSE_BOOKS", number=0, containers=(_FAILED,), job=True, start=20.5 * _HOUR),
            ),
        ),
    ),
    "GPU_POOL": _Pool(
        family="GPU_NV_M",
        nodes=(
            (
                _one("EMBEDDINGS", _container("server", 8, 30, Behaviour.BUSY, gpu=0)),
                _one("ASSISTANT", _container("model", 10, 45, Behaviour.BUSY, gpu=1)),
                _one("ASSISTANT", _container("model", 10, 45, Behaviour.BUSY, gpu=2), number=1),
                _one("NOTEBOOK", _container("jupyter", 4, 20, Behaviour.IDLE, gpu=3)),
            ),
        ),
    ),
    "SEARCH_POOL": _Pool(
        family="HIGHMEM_X64_S",
        nodes=(
            (
                _index(0, Volume(name="data", size=200 * GIB, used=0.74, growth=0.19)),
                _one("QUERY", _container("api", 1, 6)),
            ),
            (_index(1, Volume(name="data", size=200 * GIB, used=0.41, growth=0.02)),),
        ),
    ),
    "REPORTS_POOL": _Pool(
        family="CPU_X64_XS",
        nodes=((_one("REPORTS", _container("server", 0.8, 4)),),),
        state="SUSPENDED",
        suspended_at=15.5 * _HOUR,
    ),
    "STAGING_POOL": _Pool(family="CPU_X64_S", nodes=((_one("PREVIEW", _container("app", 1, 4)),),), privilege="USAGE"),
}


@dataclass(frozen=True, kw_only=True)
class Publishing:
    """A service of the day that publishes: one of publishers.KINDS, on a port.

    silent are the ages between which an instance does not answer, by its number.
    """

    service: str
    publisher: str
    port: int
    silent: Mapping[int, tuple[float, float]] = field(default_factory=dict)


PUBLISHING = (
    Publishing(service="ASSISTANT", publisher="vllm", port=8000),
    Publishing(service="CHECKOUT", publisher="fastapi", port=8080),
    Publishing(service="INGEST", publisher="exporter", port=9464, silent={1: (14.1 * _HOUR, 14.7 * _HOUR)}),
)


def find_instances(fleet: Fleet, service: str) -> dict[int, Instance]:
    """Return the instances of a service by their number."""
    return {one.number: one for _, node in fleet.nodes() for one in node.instances if one.service == service}


def find_pool(fleet: Fleet, service: str) -> str:
    """Return the name of the pool in which a service is."""
    return next(pool.name for pool, node in fleet.nodes() for one in node.instances if one.service == service)


def is_running(instance: Instance, age: float) -> bool:
    """Return whether all containers of an instance run at an age."""
    return all(read(one.behaviour, 0, age, one.since, one.period).state == "running" for one in instance.containers)


def build_day(network: Network) -> Fleet:
    """Return the pools of the day."""
    fleet = Fleet(network, containers=0)
    for name, wanted in POOLS.items():
        pool = fleet.add_pool(name, wanted.family, len(wanted.nodes))
        pool.state, pool.privilege, pool.suspended_at = wanted.state, wanted.privilege, wanted.suspended_at
        for node, instances in zip(list(pool.nodes.values()), wanted.nodes, strict=True):
            pool.nodes[node.address] = replace(node, instances=instances)
    return fleet
