"""Deployments of several services in the account inside the process."""

import re
from typing import Any

from inner_accounts import SETTINGS, Room

NAME = "SPCS_METRICS.PUBLIC.SPCS_METRICS"


def want(room: Room, shards: int, replicas: int, more: str = "") -> None:
    room.write_settings(f"shards = {shards}\nreplicas = {replicas}\n{SETTINGS}{more}")
    room.grant()


def reach(room: Room, shards: int, replicas: int) -> list[str]:
    """Deploy, and return the beginnings of the statements that were sent."""
    want(room, shards, replicas)
    room.statements.clear()
    room.deploy()
    return [short(sql) for sql in room.changes()]


def short(sql: str) -> str:
    """Return a statement without what it holds, and without the name that all services begin with."""
    sql = re.sub(r" FROM SPECIFICATION .*| TYPE = GENERIC_STRING.*| COMMENT = .*| IN COMPUTE POOL .*", "", sql)
    sql = re.sub(r"_TLS_[0-9A-F]+", "_TLS", re.sub(r"_\d{8}_\d{6}", "_NOW", sql))
    return sql.replace(" IF NOT EXISTS", "").replace(NAME, "X")


def names(room: Room) -> set[str]:
    return {".".join(name).removeprefix(NAME) for name in room.catalog.services}


def one(room: Room, suffix: str = "") -> Any:
    return room.catalog.services[tuple(f"{NAME}{suffix}".split("."))]


def is_ready(room: Room) -> bool:
    return {room.catalog.state(service) for service in room.catalog.services.values()} == {"READY"}
