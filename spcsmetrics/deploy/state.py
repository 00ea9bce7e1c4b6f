"""What there is: the account as SHOW and DESCRIBE list it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from spcsmetrics.deploy import addresses, certificates, drift, layout, rows
from spcsmetrics.deploy.names import bare, literal
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings

# What the store's container is sized for, so that a later run can compare.
SERIES_VARIABLE = "SPCS_SERIES"
_NO_SUCH_OBJECT = 2003
ADMINISTRATOR_VARIABLE = "GF_SECURITY_ADMIN_USER"
ROOT_URL_VARIABLE = "GF_SERVER_ROOT_URL"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A service that is there: running are the digests of its containers by container, and paths their images.

    specification is what the account shows of it, which it does to its owner alone. url is where its boards are
    opened, nothing until the account has given an address.
    """

    service: rows.Service | None = None
    specification: dict[str, Any] | None = None
    paths: dict[str, str] = field(default_factory=dict)
    running: dict[str, str] = field(default_factory=dict)
    viewers: frozenset[str] = frozenset()
    url: str = ""

    @property
    def volumes(self) -> dict[str, str] | None:
        """Return the block volumes of the specification by name with their size, or None where it is not shown."""
        if self.specification is None:
            return None
        volumes = self.specification["spec"].get("volumes") or []
        return {volume["name"]: str(volume.get("size")) for volume in volumes if volume.get("source") == "block"}

    @property
    def series(self) -> int:
        """Return how many series the specification is sized for, 0 where it does not say."""
        containers = (self.specification or {"spec": {}})["spec"].get("containers") or []
        environments = (container.get("env") or {} for container in containers)
        found = next((str(env[SERIES_VARIABLE]) for env in environments if SERIES_VARIABLE in env), "")
        return int(found) if found.isdecimal() else 0

    @property
    def administrator(self) -> str:
        """Return who Grafana's administrator is in the specification that runs."""
        return self._find_variable(ADMINISTRATOR_VARIABLE)

    @property
    def root_url(self) -> str:
        """Return what Grafana's links begin with in the specification that runs."""
        return self._find_variable(ROOT_URL_VARIABLE)

    def _find_variable(self, name: str) -> str:
        containers = (self.specification or {"spec": {}})["spec"].get("containers") or []
        grafana: dict[str, Any] = next((one for one in containers if one.get("name") == "grafana"), {})
        return str((grafana.get("env") or {}).get(name, ""))


@dataclass(frozen=True, kw_only=True)
class State(Found):
    """The account. A row is what SHOW gives, None what is not there or may not be seen.

    images are digests by name and tag. The service is the one of the deployment's own name; others are those that the
    deployment has or wants beside it, by name.
    """

    role: str = ""
    user: str = ""
    account: str = ""
    database: bool = False
    schema: bool = False
    repository_url: str | None = None
    images: dict[tuple[str, str], str] = field(default_factory=dict)
    pool: rows.Pool | None = None
    others: Mapping[str, Found] = field(default_factory=dict)
    generations: tuple[certificates.Generation, ...] = ()
    # Those of services that the deployment no longer wants, by name with their state.
    snapshots: Mapping[str, str] = field(default_factory=dict)

    @property
    def found(self) -> list[Found]:
        """Return every service of the deployment that is there."""
        return [*([self] if self.service else []), *self.others.values()]

    def of(self, settings: Settings) -> "State":
        """Return the account with the service that the settings name in the place of the deployment's first."""
        if self.service and self.service["name"] == settings.service:
            return self
        found = self.others.get(settings.service, Found())
        return replace(self, **{one.name: getattr(found, one.name) for one in fields(Found)})


def read_state(execute: Execute, settings: Settings) -> State:
    """Ask the account, with statements that change nothing and need no warehouse."""
    current = execute("SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()")[0]
    role, user, account = (str(value) for value in current.values())
    pool: rows.Pool | None = _find(
        execute, f"SHOW COMPUTE POOLS LIKE {_like(settings.compute_pool)}", settings.compute_pool
    )
    known = State(role=role, user=user, account=account, pool=pool)
    if not _find(execute, f"SHOW DATABASES LIKE {_like(settings.database)}", settings.database):
        return known
    known = replace(known, database=True)
    in_database = f"SHOW SCHEMAS LIKE {_like(settings.schema)} IN DATABASE {settings.database}"
    if not _find(execute, in_database, settings.schema):
        return known
    return _read_schema(execute, settings, replace(known, schema=True))


def _read_schema(execute: Execute, settings: Settings, known: State) -> State:
    url = find_repository_url(execute, settings)
    if url:
        known = replace(known, repository_url=url, images=read_images(execute, settings))
    services = {row["name"]: row for row in rows.show_services(execute, settings.schema_name)}
    if settings.service in services:
        first = _read_service(execute, settings, services[settings.service])
        known = replace(known, **vars(first))
    others = {
        name: found
        for name, certain in _list_others(settings, services.values()).items()
        if (found := _read_service(execute, replace(settings, service=name), services[name]))
        and (certain or certificates.uses_any(settings, found.specification))
    }
    made = certificates.read_generations(rows.show_secrets(execute, settings.schema_name), settings)
    wanted = {member.service for member in layout.list_members(settings)}
    leaving = bool(set(others) - wanted)
    return replace(
        known,
        others=others,
        generations=made,
        snapshots=_read_snapshots(execute, settings) if leaving else {},
    )


def _list_others(settings: Settings, services: Iterable[rows.Service]) -> dict[str, bool]:
    """Return the services beside the first that may be of the deployment, and whether that is certain.

    It is for those that the settings want, and those that say so in their comment; a comment may be lost.
    """
    wanted = {member.service for member in layout.list_members(settings)}
    certain = {
        row["name"]: row["name"] in wanted or layout.find_deployment(row["comment"]) == settings.service
        for row in services
        if row["name"] != settings.service and str(row["is_job"]).lower() != "true"
    }
    return {name: sure for name, sure in certain.items() if sure or layout.may_be_member(settings, name)}


def _read_snapshots(execute: Execute, settings: Settings) -> dict[str, str]:
    return {row["name"]: row["state"] for row in rows.show_snapshots(execute, settings.schema_name)}


def _read_service(execute: Execute, settings: Settings, service: rows.Service) -> Found:
    containers = rows.show_containers(execute, settings.service_name)
    specification = _read_specification(execute, settings)
    paths = _find_paths(specification, containers)
    found = Found(
        service=service,
        specification=specification,
        paths=paths,
        running={row["container_name"] or "": row["image_digest"] for row in containers},
    )
    if paths and "grafana" not in paths:
        return found
    return replace(
        found, viewers=_read_viewers(execute, settings), url=_read_url(execute, settings, found.root_url.rstrip("/"))
    )


def find_repository_url(execute: Execute, settings: Settings) -> str | None:
    """Return where the image repository is pushed to, without a scheme, or None where it is missing."""
    schema, _, name = settings.repository_name.rpartition(".")
    like = f"SHOW IMAGE REPOSITORIES LIKE {_like(name)} IN SCHEMA {schema}"
    repository: rows.Repository | None = _find(execute, like, name)
    return addresses.pick(repository, "repository_url", settings) if repository else None


def _like(name: str) -> str:
    return literal(bare(name))


def _find(execute: Execute, sql: str, name: str) -> Any:  # noqa: ANN401 - a row of what was asked for, or None
    """Return the row of exactly this name: LIKE ignores case and takes _ for any character."""
    try:
        found: list[Any] = execute(sql)
    except RefusedError as error:
        if error.code == _NO_SUCH_OBJECT:
            return None
        raise
    return next((row for row in found if row["name"] == bare(name)), None)


def read_images(execute: Execute, settings: Settings) -> dict[tuple[str, str], str]:
    """Return the digests of what is in the repository, by name and tag."""
    found = rows.show_images(execute, settings.repository_name)
    # An image whose tag was moved to another has none left.
    return {(row["image_name"], tag): row["digest"] for row in found for tag in (row["tags"] or "").split(",") if tag}


def _read_specification(execute: Execute, settings: Settings) -> dict[str, Any] | None:
    """Return the specification, or None where it is not shown: only its owner sees it."""
    return drift.read(rows.describe_service(execute, settings.service_name).get("spec") or "")


def _find_paths(specification: dict[str, Any] | None, containers: list[rows.Container]) -> dict[str, str]:
    """Return the image of each container: from the specification, else from what runs."""
    if specification:
        return {one["name"]: str(one["image"]) for one in specification["spec"].get("containers") or []}
    return {row["container_name"] or "": row["image_name"] for row in containers}


def _read_url(execute: Execute, settings: Settings, in_use: str) -> str:
    """Return where the boards are opened; nothing for a role that may not use the service."""
    try:
        return addresses.find_url(execute, settings, in_use)
    except RefusedError as error:
        if error.code in rows.NOT_VISIBLE:
            return ""
        raise


def _read_viewers(execute: Execute, settings: Settings) -> frozenset[str]:
    found = rows.show_grants_of_role(execute, f"{settings.service_name}!viewer")
    return frozenset(row["grantee_name"] for row in found)
