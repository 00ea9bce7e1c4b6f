"""Two shards and the view over them in compose: started from the specifications that are deployed, asked and broken."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from beside_programs import ASK
from specified import list_services
from trees import read_yaml

from spcsmetrics.core import process
from spcsmetrics.core.paths import COMPOSE_FILE
from spcsmetrics.deploy import planner, scaled
from spcsmetrics.deploy.authority import make_certificates
from spcsmetrics.deploy.certificates import PARTS, VALID, Generation
from spcsmetrics.deploy.layout import SHARD, list_members
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import find_size
from spcsmetrics.images.definition import SHIPPED, TAG

PROJECT = "spcs-view-test"
NETWORK = f"{PROJECT}_account"
FILE = COMPOSE_FILE.with_name("view.yaml")
SHARDS = ("shard-0", "shard-1")
FAMILY = "CPU_X64_XS"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a store or view said: its status, the series with their values, and errors and warnings in one text."""

    status: int
    rows: list[dict[str, Any]]
    said: str

    @property
    def value(self) -> float | None:
        """Return the number where the answer is one number."""
        return float(self.rows[0]["value"][1]) if len(self.rows) == 1 else None


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """The folders that stand for the secrets of a deployment, by their names and by their parts."""

    folder: Path
    generation: Generation

    def by_name(self, settings: Settings) -> dict[str, Path]:
        """Return the folder of each secret."""
        return {self.generation.secret(settings, part): self.folder / part for part in PARTS}


def write_secrets(folder: Path) -> Secrets:
    """Make the certificates of a deployment, and write each as the account mounts it."""
    now = datetime.now(UTC)
    generation = Generation(number=int((now + VALID).timestamp()))
    for part, text in make_certificates(generation, now).items():
        (folder / part).mkdir(parents=True)
        (folder / part / "secret_string").write_text(text)
    return Secrets(folder=folder, generation=generation)


def render(settings: Settings, generation: Generation) -> dict[str, dict[str, Any]]:
    """Return the specifications of a deployment by the service of compose that stands for each."""
    images = planner.image_paths(settings, dict.fromkeys(SHIPPED, TAG))
    size, found = find_size(0), {}
    shards = [member for member in list_members(settings) if member.kind == SHARD]
    for owner, member in zip(SHARDS, shards, strict=True):
        found[owner] = scaled.render_shard(
            settings, images, member, generation, size=size, volume_gib=size.volume_gib(1), family=FAMILY
        )
    addresses = [alias(shard) for shard in SHARDS]
    found["view"] = scaled.render_view(settings, images, "BOSS", generation, size=size, addresses=addresses)
    return found


def write_containers(folder: Path) -> Path:
    """Write what compose merges over its file: the containers of a deployment, and those of the tests' own."""
    settings = Settings(shards=len(SHARDS))
    own, foreign = (write_secrets(folder / name) for name in ("own", "foreign"))
    specifications = render(settings, own.generation)
    shown = [f"{one.folder}:/certificates/{one.folder.name}:ro" for one in (own, foreign)]
    services: dict[str, Any] = {"stranger": {"volumes": shown}}
    for member, owner in zip(list_members(settings), (*SHARDS, "view"), strict=True):
        services |= list_services(specifications[owner], owner, member.service, own.by_name(settings))
    query = services["view-thanos"]
    services["late-thanos"] = {**query, "network_mode": "service:late", "profiles": ["late"]}
    words = [word.replace('"strict": true', '"strict": false') for word in query["command"]]
    services["loose-thanos"] = {**query, "network_mode": "service:loose", "command": words}
    file = folder / "containers.json"
    file.write_text(json.dumps({"services": services}, indent=2))
    return file


def alias(service: str) -> str:
    """Return the name that the account would give a service."""
    name: str = read_yaml(FILE)["services"][service]["networks"]["account"]["aliases"][0]
    return name


def container(service: str) -> str:
    """Return the container of a service of compose."""
    return f"{PROJECT}-{service}-1"


def run(*words: str) -> str:
    """Run a command of Docker's that has to succeed, and return what it printed."""
    return process.run(["docker", *words])


def ask_many(service: str, queries: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Ask the store or the query beside a service, which listens for its siblings only."""
    command = ["docker", "exec", "-i", container(service), "python3", "-c", ASK]
    done = subprocess.run(command, input=json.dumps(list(queries)), capture_output=True, check=True, text=True)
    found = []
    for status, body in json.loads(done.stdout):
        rows = body["data"]["result"] if body["status"] == "success" else []
        said = " ".join([body.get("error", ""), *body.get("warnings", [])])
        found.append(Answer(status=status, rows=rows, said=said))
    return found


def ask(service: str, query: str, at: float | None = None, more: Mapping[str, str] | None = None) -> Answer:
    """Ask one query, of the present or of another moment, with further parameters."""
    moment = {} if at is None else {"time": f"{at:.3f}"}
    return ask_many(service, [{"query": query, **moment, **(more or {})}])[0]


def tell(service: str, program: str, *words: str) -> Any:
    """Run a program of beside_programs in the network of a service, and return what it found."""
    return json.loads(run("exec", container(service), "python3", "-c", program, *words))
