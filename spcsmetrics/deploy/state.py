"""What there is: the account as SHOW and DESCRIBE list it."""

from dataclasses import dataclass, field, replace
from typing import Any

from spcsmetrics.deploy import addresses, drift, rows
from spcsmetrics.deploy.names import bare, literal
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings

# What the store's container is sized for, so that a later run can compare.
SERIES_VARIABLE = "SPCS_SERIES"
_NO_SUCH_OBJECT = 2003
ADMINISTRATOR_VARIABLE = "GF_SECURITY_ADMIN_USER"


@dataclass(frozen=True, kw_only=True)
class State:
    """The account. A row is what SHOW gives, None what is not there or may not be seen.

    images are digests by name and tag, running the digests of the service's containers by container, and paths their
    images. specification is what the account shows of it, which it does to its owner alone.
    """

    role: str = ""
    user: str = ""
    account: str = ""
    database: bool = False
    schema: bool = False
    repository_url: str | None = None
    images: dict[tuple[str, str], str] = field(default_factory=dict)
    pool: rows.Pool | None = None
    service: rows.Service | None = None
    specification: dict[str, Any] | None = None
    paths: dict[str, str] = field(default_factory=dict)
    running: dict[str, str] = field(default_factory=dict)
    viewers: frozenset[str] = frozenset()

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
        containers = (self.specification or {"spec": {}})["spec"].get("containers") or []
        grafana: dict[str, Any] = next((one for one in containers if one.get("name") == "grafana"), {})
        return str((grafana.get("env") or {}).get(ADMINISTRATOR_VARIABLE, ""))


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
    service = rows.show_service(execute, settings.service_name)
    if not service:
        return known
    containers = rows.show_containers(execute, settings.service_name)
    specification = _read_specification(execute, settings)
    return replace(
        known,
        service=service,
        specification=specification,
        paths=_find_paths(specification, containers),
        running={row["container_name"] or "": row["image_digest"] for row in containers},
        viewers=_read_viewers(execute, settings),
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
    return {(row["image_name"], tag): row["digest"] for row in found for tag in row["tags"].split(",")}


def _read_specification(execute: Execute, settings: Settings) -> dict[str, Any] | None:
    """Return the specification, or None where it is not shown: only its owner sees it."""
    return drift.read(rows.describe_service(execute, settings.service_name).get("spec") or "")


def _find_paths(specification: dict[str, Any] | None, containers: list[rows.Container]) -> dict[str, str]:
    """Return the image of each container: from the specification, else from what runs."""
    if specification:
        return {one["name"]: str(one["image"]) for one in specification["spec"].get("containers") or []}
    return {row["container_name"] or "": row["image_name"] for row in containers}


def _read_viewers(execute: Execute, settings: Settings) -> frozenset[str]:
    found = rows.show_grants_of_role(execute, f"{settings.service_name}!viewer")
    return frozenset(row["grantee_name"] for row in found)
