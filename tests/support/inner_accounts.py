"""The simulated account inside the process of a test: no network, no login, and as quick as a function call."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from simulator.__main__ import build_fleet, parse
from simulator.catalog import Catalog, Service
from simulator.errors import SqlError
from simulator.faults import Faults
from simulator.privileges import ADMINISTRATOR, COLLEAGUE, ROLE, USER
from simulator.sql import Session, execute
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.deploy import deployment, operations, repository
from spcsmetrics.deploy.grants import list_grants
from spcsmetrics.deploy.options import Options
from spcsmetrics.deploy.refusals import explain
from spcsmetrics.deploy.settings import Settings, read_settings
from spcsmetrics.images import daemon
from spcsmetrics.images.definition import SHIPPED, Image

SETTINGS = f'role = "{ROLE}"\nviewers = ["ANALYST"]\n'
SERVICE = ("SPCS_METRICS", "PUBLIC", "SPCS_METRICS")
REPOSITORY = ("SPCS_METRICS", "PUBLIC", "IMAGES")
_ASKING = ("SHOW", "DESCRIBE", "SELECT")


@dataclass
class InnerAccount:
    """What a task gets as its session."""

    catalog: Catalog
    user: str
    role: str
    connection: str = "default"
    statements: list[str] = field(default_factory=list)
    private: bool = False
    # The session's time zone.
    zone: tzinfo = UTC

    def execute(self, sql: str) -> list[dict[str, Any]]:
        self.statements.append(sql)
        try:
            table = execute(self.catalog, Session(user=self.user, role=self.role), sql)
        except SqlError as error:
            raise explain(" ".join(sql.split())[:60], int(error.code), str(error)) from None
        return [
            {
                name: datetime.fromtimestamp(float(cell), self.zone) if cell and name in table.instants else cell
                for name, cell in zip(table.columns, row, strict=True)
            }
            for row in table.rows
        ]

    def issue_registry_token(self) -> str:
        return "issued"


@dataclass
class Room:
    """Somebody's settings beside an account; everything that the tasks sent or pushed."""

    folder: Path
    catalog: Catalog
    user: str = USER
    role: str = ROLE
    statements: list[str] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    # Whether the connection goes over a private link.
    private: bool = False
    # The time zone of its sessions.
    zone: tzinfo = UTC
    # The ids of this machine's images; none where no Docker daemon answers.
    ids: dict[str, str] | None = None

    def __post_init__(self) -> None:
        self.ids = {image.reference: f"{number}" * 64 for number, image in enumerate(SHIPPED.values(), 1)}
        self.write_settings(SETTINGS)

    @property
    def path(self) -> str:
        return str(self.folder / "deploy.toml")

    @property
    def settings(self) -> Settings:
        return read_settings(self.path)

    @property
    def service(self) -> Service:
        return self.catalog.services[SERVICE]

    @property
    def containers(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.service.containers}

    def write_settings(self, text: str) -> None:
        (self.folder / "deploy.toml").write_text(text)

    def run_sql(self, *statements: str, role: str = ADMINISTRATOR) -> None:
        for statement in statements:
            execute(self.catalog, Session(user="ADMIN", role=role), statement)

    def grant(self) -> None:
        """Let the administrator run what ./inv grants prints."""
        self.run_sql(*(one.sql for one in list_grants(self.settings)))
        self.catalog.settle_pools()

    def put_images(self, tag: str, keys: Sequence[str] = tuple(SHIPPED), digest: str = "1") -> None:
        self.run_sql("CREATE IMAGE REPOSITORY IF NOT EXISTS SPCS_METRICS.PUBLIC.IMAGES", role=ROLE)
        for key in keys:
            self.catalog.repositories[REPOSITORY][SHIPPED[key].name, tag] = f"sha256:{digest * 64}"

    def deploy(self, *, dry: bool = False, **options: Any) -> None:
        deployment.deploy(Options(settings=self.path, **{"timeout": 5, **options}), dry=dry)

    def upgrade(self, tag: str = "") -> None:
        deployment.upgrade(Options(settings=self.path, timeout=5), tag, dry=False)

    def change_by_hand(self, container: str, change: dict[str, Any]) -> None:
        """Alter the running specification as somebody would with SQL, past the product."""
        for one in self.service.specification["spec"]["containers"]:
            if one["name"] == container:
                one.update(change)

    def changes(self) -> list[str]:
        """Return the statements that change something, on one line each."""
        return [" ".join(sql.split()) for sql in self.statements if not sql.startswith(_ASKING)]


@contextmanager
def open_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Yield a room at an account of its own, on which the tasks of this process work."""
    fleet = build_fleet(parse(["--session", "unused", "--pools", "2", "--nodes", "1", "--containers", "2"]))
    room = Room(folder, Catalog(fleet=fleet, faults=Faults(), delay=0, registry="registry.example.com"))

    @contextmanager
    def open_account(connection: str, role: str) -> Iterator[InnerAccount]:
        user = COLLEAGUE if connection == "colleague" else room.user
        yield InnerAccount(
            room.catalog, user, role or room.role, connection or "default", room.statements, room.private, room.zone
        )

    def find_id(reference: str) -> str:
        if room.ids is None:
            raise daemon.NoDaemonError("no Docker daemon answers: install or start Docker, then run it again")
        return room.ids[reference]

    def push(_: object, url: str, image: Image, tag: str, __: str = "") -> None:
        room.pushed.append(f"{url}/{image.name}:{tag}")
        room.catalog.repositories[REPOSITORY][image.name, tag] = f"sha256:{find_id(image.reference)}"

    for module in (deployment, operations):
        monkeypatch.setattr(module.session, "open_account", open_account)
    monkeypatch.setattr(daemon, "find_id", find_id)
    monkeypatch.setattr(daemon, "require_platform", find_id)
    monkeypatch.setattr(daemon, "log_in", lambda *_: None)
    monkeypatch.setattr(repository, "push", push)
    yield room


def planned(text: str) -> list[str]:
    """Return the statements of a printed plan, on one line each."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [" ".join(sql.split()) for sql in re.split(r";\n", body + "\n") if sql.strip()]


def machine_tag(key: str) -> str:
    return f"{PRODUCT}-{str(list(SHIPPED).index(key) + 1) * 12}"
