"""What there is: the account as SHOW and DESCRIBE tell it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from spcsmetrics.deploy.names import bare, literal
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.settings import Settings

Query = Callable[[str], list[dict[str, Any]]]
_NO_SUCH_OBJECT = 2003


@dataclass(frozen=True)
class State:
    """The account. A row is what SHOW gives, None what is not there or may not be seen.

    images are digests by name and tag, running the digests of the service's containers by container, volumes the block
    volumes of its specification by name with their size.
    """

    role: str = ""
    user: str = ""
    database: bool = False
    schema: bool = False
    repository_url: str | None = None
    images: dict[tuple[str, str], str] = field(default_factory=dict)
    pool: dict[str, Any] | None = None
    service: dict[str, Any] | None = None
    volumes: dict[str, str] | None = None
    running: dict[str, str] = field(default_factory=dict)
    viewers: frozenset[str] = frozenset()


def read_state(query: Query, settings: Settings) -> State:
    """Ask the account, with statements that change nothing and need no warehouse."""
    session = query("SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()")[0]
    role, user, *_ = (str(value) for value in session.values())
    pool = _find(query, f"SHOW COMPUTE POOLS LIKE {_like(settings.compute_pool)}", settings.compute_pool)
    known = State(role, user, pool=pool)
    if not _find(query, f"SHOW DATABASES LIKE {_like(settings.database)}", settings.database):
        return known
    known = replace(known, database=True)
    in_database = f"SHOW SCHEMAS LIKE {_like(settings.schema)} IN DATABASE {settings.database}"
    if not _find(query, in_database, settings.schema):
        return known
    return _read_schema(query, settings, replace(known, schema=True))


def _read_schema(query: Query, settings: Settings, known: State) -> State:
    url = find_repository_url(query, settings)
    if url:
        known = replace(known, repository_url=url, images=read_images(query, settings))
    where = f"IN SCHEMA {settings.schema_name}"
    service = _find(query, f"SHOW SERVICES LIKE {_like(settings.service)} {where}", settings.service)
    if not service:
        return known
    return replace(
        known,
        service=service,
        volumes=_read_volumes(query, settings),
        running=_read_running(query, settings),
        viewers=_read_viewers(query, settings),
    )


def find_repository_url(query: Query, settings: Settings) -> str | None:
    """Return where the image repository is pushed to, without a scheme, or None where there is none."""
    like = f"SHOW IMAGE REPOSITORIES LIKE {_like(settings.repository)} IN SCHEMA {settings.schema_name}"
    repository = _find(query, like, settings.repository)
    return str(repository["repository_url"]) if repository else None


def _like(name: str) -> str:
    return literal(bare(name))


def _find(query: Query, sql: str, name: str) -> dict[str, Any] | None:
    """Return the row of exactly this name: LIKE ignores case and takes _ for any character."""
    try:
        rows = query(sql)
    except RefusedError as error:
        if error.code == _NO_SUCH_OBJECT:
            return None
        raise
    return next((row for row in rows if row["name"] == bare(name)), None)


def read_images(query: Query, settings: Settings) -> dict[tuple[str, str], str]:
    """Return the digests of what is in the repository, by name and tag."""
    rows = query(f"SHOW IMAGES IN IMAGE REPOSITORY {settings.repository_name}")
    return {(row["image_name"], tag): row["digest"] for row in rows for tag in str(row["tags"]).split(",")}


def _read_volumes(query: Query, settings: Settings) -> dict[str, str] | None:
    """Return the block volumes, or None where the specification is not shown: only its owner sees it."""
    spec = query(f"DESCRIBE SERVICE {settings.service_name}")[0].get("spec")
    if not spec:
        return None
    volumes = (yaml.safe_load(spec).get("spec") or {}).get("volumes") or []
    return {volume["name"]: str(volume.get("size")) for volume in volumes if volume.get("source") == "block"}


def _read_running(query: Query, settings: Settings) -> dict[str, str]:
    rows = query(f"SHOW SERVICE CONTAINERS IN SERVICE {settings.service_name}")
    return {row["container_name"]: row["image_digest"] for row in rows if row["container_name"]}


def _read_viewers(query: Query, settings: Settings) -> frozenset[str]:
    rows = query(f"SHOW GRANTS OF SERVICE ROLE {settings.service_name}!viewer")
    return frozenset(row["grantee_name"] for row in rows)
