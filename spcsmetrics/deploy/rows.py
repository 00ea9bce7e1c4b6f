"""The rows of SHOW and DESCRIBE, with the columns that are read here.

Numbers come as numbers or as text. Sources: https://docs.snowflake.com/en/sql-reference/sql/ and there
show-compute-pools, show-image-repositories, show-images-in-image-repository, desc-service, show-service-containers,
show-endpoints and show-grants.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from spcsmetrics.deploy.names import literal

# Runs one statement, and returns its rows by column.
Execute = Callable[[str], list[Any]]
# Codes of a name that does not exist, or that the role may not see, or may not use.
NOT_VISIBLE = (2003, 2043, 3001)


class Named(TypedDict):
    """What has a name: any object."""

    name: str


class Pool(Named):
    """A compute pool."""

    state: str
    auto_resume: str
    instance_family: str
    active_nodes: int | str | None
    idle_nodes: int | str | None
    max_nodes: int | str | None
    min_nodes: NotRequired[int | str | None]
    comment: NotRequired[str | None]


class Family(Named):
    """An instance family that the region offers."""


class Repository(Named):
    """An image repository; its private address is there in the edition Business Critical."""

    repository_url: str
    privatelink_repository_url: NotRequired[str | None]


class Image(TypedDict):
    """An image in a repository."""

    image_name: str
    tags: str | None
    digest: str


class Service(Named):
    """A service, as SHOW SERVICES lists it."""

    status: str
    owner: str
    compute_pool: str
    comment: str | None
    is_job: str
    external_access_integrations: str | None
    is_upgrading: str
    auto_resume: str
    dns_name: NotRequired[str | None]


class Secret(Named):
    """A secret; what it holds is never shown."""

    comment: str | None


class Snapshot(Named):
    """A snapshot of a volume."""

    state: str
    service_name: str | None
    # In the time zone of the session.
    created_on: datetime


class DescribedService(Service):
    """A service, as DESCRIBE SERVICE has it; its specification is for its owner."""

    spec: str | None


class Container(TypedDict):
    """A container of a service; without a name while none runs."""

    container_name: str | None
    status: str
    message: str | None
    image_name: str
    image_digest: str
    restart_count: int | str | None


class Endpoint(Named):
    """An endpoint of a service; until there is an address, its place holds a sentence."""

    is_public: bool | str
    ingress_url: str | None
    privatelink_ingress_url: NotRequired[str | None]


class HeldPrivilege(Named):
    """What a role was granted: a privilege on an object, whose kind has _ between its words, or another role."""

    privilege: str
    granted_on: str


class ServiceRoleGrant(TypedDict):
    """To whom a service's role is granted."""

    grantee_name: str


def show_pools(execute: Execute) -> list[Pool]:
    """Return the compute pools that the role sees."""
    return execute("SHOW COMPUTE POOLS")


def show_families(execute: Execute) -> list[Family]:
    """Return the instance families that a compute pool can be made of here."""
    return execute("SHOW COMPUTE POOL INSTANCE FAMILIES")


def show_images(execute: Execute, repository: str) -> list[Image]:
    """Return what is in an image repository."""
    return execute(f"SHOW IMAGES IN IMAGE REPOSITORY {repository}")


def show_snapshots(execute: Execute, schema: str) -> list[Snapshot]:
    """Return the snapshots in a schema that the role sees."""
    return execute(f"SHOW SNAPSHOTS IN SCHEMA {schema}")


def describe_service(execute: Execute, service: str) -> DescribedService:
    """Return a service."""
    described: DescribedService = execute(f"DESCRIBE SERVICE {service}")[0]
    return described


def show_containers(execute: Execute, service: str) -> list[Container]:
    """Return the containers of a service; none while it is suspended."""
    found: list[Container] = execute(f"SHOW SERVICE CONTAINERS IN SERVICE {service}")
    return [row for row in found if row["container_name"]]


def show_endpoints(execute: Execute, service: str) -> list[Endpoint]:
    """Return the endpoints of a service."""
    return execute(f"SHOW ENDPOINTS IN SERVICE {service}")


def show_service(execute: Execute, name: str) -> Service | None:
    """Return a service, which may be a job, or None where the role sees none of this name. Raises UserError."""
    schema, _, bare_name = name.rpartition(".")
    found: list[Service] = execute(f"SHOW SERVICES LIKE {literal(bare_name)} IN SCHEMA {schema}")
    return next((row for row in found if row["name"] == bare_name), None)


def show_services(execute: Execute, schema: str) -> list[Service]:
    """Return the services in a schema that the role sees, jobs among them."""
    return execute(f"SHOW SERVICES IN SCHEMA {schema}")


def show_secrets(execute: Execute, schema: str) -> list[Secret]:
    """Return the secrets in a schema that the role sees."""
    return execute(f"SHOW SECRETS IN SCHEMA {schema}")


def show_grants_to_role(execute: Execute, role: str) -> list[HeldPrivilege]:
    """Return what a role was granted itself."""
    return execute(f"SHOW GRANTS TO ROLE {role}")


def show_grants_of_role(execute: Execute, role: str) -> list[ServiceRoleGrant]:
    """Return to whom a service's role is granted."""
    return execute(f"SHOW GRANTS OF SERVICE ROLE {role}")
