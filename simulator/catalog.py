"""The objects of the simulated account beside its pools: databases, repositories with images, services, snapshots."""

import ipaddress
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.behaviour import seed
from simulator.errors import SqlError, SqlErrorKind, missing
from simulator.faults import Faults
from simulator.fleet import FAMILIES, Fleet
from simulator.privileges import Privileges

Name = tuple[str, ...]
# Services change by the clock; these are the multiples of the account's delay after which they have.
READY_AFTER, ENDPOINT_AFTER = 1.0, 2.0
# The service role that every service has.
EVERY_ENDPOINT = "ALL_ENDPOINTS_USAGE"
SERVICE_ZONE = "svc.spcs.internal"


@dataclass(kw_only=True)
class Service:
    """A service: its specification, the digests of its images, and when it was created and last changed.

    data is what its volume holds: it is made with the first specification and outlives the later ones. A job ends by
    itself: printed is what its program prints, and exit_code how that ends. hosts are the addresses of its instances by
    their number, and roles who was granted which of its service roles.
    """

    pool: str
    specification: dict[str, Any]
    digests: dict[str, str]
    owner: str
    created: float
    changed: float
    integrations: str = ""
    comment: str = ""
    suspended: bool = False
    auto_resume: bool = True
    data: str = ""
    job: bool = False
    printed: str = ""
    exit_code: int = 0
    hosts: dict[int, str] = field(default_factory=dict)
    roles: dict[str, set[str]] = field(default_factory=dict)

    @property
    def containers(self) -> list[dict[str, Any]]:
        """Return the containers of its specification."""
        return list(self.specification["spec"]["containers"])

    @property
    def volumes(self) -> list[dict[str, Any]]:
        """Return its block volumes."""
        volumes = self.specification["spec"].get("volumes", [])
        return [volume for volume in volumes if volume["source"] == "block"]

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        """Return its endpoints."""
        return list(self.specification["spec"].get("endpoints", []))

    def role_endpoints(self, role: str) -> set[str]:
        """Return the names of the endpoints that one of its service roles may use.

        Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
        """
        if role == EVERY_ENDPOINT:
            return {endpoint["name"] for endpoint in self.endpoints}
        own = self.specification.get("serviceRoles", [])
        return {name for one in own if one["name"].upper() == role for name in one["endpoints"]}


@dataclass(kw_only=True)
class Catalog:
    """The state of the account. delay is how long, in seconds, a service needs until it runs."""

    fleet: Fleet
    faults: Faults
    delay: float = 2.0
    registry: str = "127.0.0.1:0"
    clock: Callable[[], float] = time.monotonic
    databases: dict[str, set[str]] = field(default_factory=dict)
    # The images of each repository: (name, tag) to digest.
    repositories: dict[Name, dict[tuple[str, str], str]] = field(default_factory=dict)
    services: dict[Name, Service] = field(default_factory=dict)
    # The data of each snapshot, and of which service it was made and when, in seconds since 1970.
    snapshots: dict[Name, str] = field(default_factory=dict)
    origins: dict[Name, tuple[str, float]] = field(default_factory=dict)
    integrations: set[str] = field(default_factory=set)
    # The comment of each secret: what it holds nobody reads back.
    secrets: dict[Name, str] = field(default_factory=dict)
    # The instance families that the region offers.
    families: set[str] = field(default_factory=lambda: set(FAMILIES))
    # The architecture of each image by digest, where it is known.
    architectures: dict[str, str] = field(default_factory=dict)
    # Whether the account's edition is Business Critical, which has private links.
    private: bool = False
    # Whether somebody has the boards open in a browser, which asks for them again and again.
    visited: bool = False
    _starting: dict[str, float] = field(default_factory=dict)
    # Instances of services get addresses from here on, or all of them this one.
    first_host: str = "127.91.0.1"
    one_host: bool = False
    _hosts: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Start with the privileges that the pools give."""
        self.privileges = Privileges(self.fleet)

    def create_pool(self, name: str, family: str) -> None:
        """Add a pool, which starts and is idle after a delay. Raises KeyError for an unknown family."""
        pool = self.fleet.add_pool(name, family, 0)
        pool.state, pool.privilege = "STARTING", ""
        self._starting[name] = self.clock() + self.delay

    def settle_pools(self) -> None:
        """Let pools that have started by now be idle."""
        for name, ready in list(self._starting.items()):
            if self.clock() >= ready:
                del self._starting[name]
                if name in self.fleet.pools:
                    self.fleet.pools[name].state = "IDLE"

    def service(self, name: Name) -> Service:
        """Return a service. Raises SqlError for an unknown one."""
        if name not in self.services:
            raise missing("Service", *name)
        return self.services[name]

    def dns_name(self, name: Name) -> str:
        """Return the DNS name of a service: its own with - for _, and a hash of its schema.

        Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
        """
        return f"{name[2].lower().replace('_', '-')}.{seed(*name[:2]):08x}.{SERVICE_ZONE}"

    def next_host(self) -> str:
        """Return the address of the next instance; something listens there where it is an application's."""
        return str(ipaddress.IPv4Address(self.first_host) + (0 if self.one_host else next(self._hosts)))

    def state(self, service: Service) -> str:
        """Return what a service's containers are at this moment: PENDING, READY, FAILED, SUSPENDING, SUSPENDED or DONE.

        A request at the public endpoint starts a service that stands still, unless AUTO_RESUME is off.
        Source: https://docs.snowflake.com/en/sql-reference/sql/create-service
        """
        if service.suspended and service.auto_resume and self.visited:
            service.suspended, service.changed = False, self.clock()
        if service.suspended:
            stopped = self.clock() - service.changed >= self.delay * READY_AFTER
            return "SUSPENDED" if stopped else "SUSPENDING"
        if self.faults.service == "image-pull":
            return "PENDING"
        if self.clock() - service.changed < self.delay * READY_AFTER:
            return "PENDING"
        if service.job and self.faults.service != "never-ready":
            return "FAILED" if service.exit_code else "DONE"
        return "FAILED" if self.faults.service == "never-ready" and not service.job else "READY"

    def is_reachable(self, service: Service) -> bool:
        """Return whether the service's endpoint has its address by now; an upgrade does not take it away."""
        return self.faults.service != "no-endpoint" and self.clock() - service.created >= self.delay * ENDPOINT_AFTER

    def find_image(self, path: str) -> str:
        """Return the digest of /database/schema/repository/image:tag. Raises SqlError for an unknown one."""
        parts = path.strip("/").split("/")
        image, _, tag = parts[-1].partition(":")
        repository = tuple(part.upper() for part in parts[:-1])
        digest = self.repositories.get(repository, {}).get((image, tag))
        if digest is None:
            message = f"Failed to retrieve image {path} from the image repository."
            raise SqlError(SqlErrorKind.IMAGE_MISSING, message)
        if self.architectures.get(digest, "amd64") != "amd64":
            # Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/spcs-guidelines-and-limitations
            message = f"Failed to retrieve image {path} from the image repository: SPCS only supports image for amd64"
            raise SqlError(SqlErrorKind.IMAGE_PLATFORM, f"{message} architecture.")
        return digest
