"""What a test spoils before it runs a task: connections, keys, settings, tokens, a Docker daemon, an account."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from accounts import SETTINGS, Desk
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from docker_double import open_daemon
from liars import open_liar
from zygote import Zygote

from spcsmetrics.images.definition import IMAGES

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


@dataclass
class Bench:
    """An account, a zygote, and what a case has spoiled of both."""

    desk: Desk
    zygote: Zygote
    stack: ExitStack
    env: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.desk.folder

    def connections(self, text: str | bytes) -> None:
        file = self.folder / "connections.toml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        file.chmod(0o600)


Prepare = Callable[[Bench], None]


def connections(text: str | bytes) -> Prepare:
    return lambda bench: bench.connections(text)


def connection(**more: str) -> Prepare:
    return lambda bench: bench.desk.write_connection(bench.desk.token, **more)


def port(written: str) -> Prepare:
    def prepare(bench: Bench) -> None:
        text = (bench.folder / "connections.toml").read_text()
        bench.connections(text.replace(f"port = {bench.desk.simulation.driver_port}", f"port = {written}"))

    return prepare


def seconds(line: str) -> Prepare:
    """Add a line to the connection."""
    return lambda bench: bench.connections((bench.folder / "connections.toml").read_text() + line + "\n")


def given(token: str) -> Prepare:
    return lambda bench: bench.desk.write_connection(token)


def key_pair(name: str = "key.p8", content: bytes | None = None, **more: str) -> Prepare:
    """Write a connection that signs with a key of this content."""

    def prepare(bench: Bench) -> None:
        file = bench.folder / name
        if content is not None:
            file.write_bytes(content)
        bench.desk.write_connection("", authenticator="SNOWFLAKE_JWT", private_key_file=os.fspath(file), **more)

    return prepare


def settings(text: str | bytes) -> Prepare:
    def prepare(bench: Bench) -> None:
        (bench.folder / "deploy.toml").write_bytes(text.encode() if isinstance(text, str) else text)

    return prepare


def token_file(kind: str) -> Prepare:
    def prepare(bench: Bench) -> None:
        file = bench.folder / f"token-{kind}"
        if kind == "folder":
            file.mkdir(exist_ok=True)
        elif kind == "binary":
            file.write_bytes(b"\xff\xfe\x00")
        elif kind == "empty":
            file.write_text("")
        bench.desk.write_settings(SETTINGS + f'registry_token_file = "{file}"\n')
        with_images(bench)

    return prepare


def with_images(bench: Bench) -> None:
    daemon = bench.stack.enter_context(open_daemon())
    daemon.images |= {image.reference: image.name.encode() for image in IMAGES.values()}
    bench.env |= {"DOCKER_HOST": daemon.url, "DOCKER_CONFIG": str(bench.folder / "docker")}


def for_arm(bench: Bench) -> None:
    daemon = bench.stack.enter_context(open_daemon())
    daemon.images |= {image.reference: image.name.encode() for image in IMAGES.values()}
    daemon.architectures |= {IMAGES["grafana"].reference: "arm64"}
    bench.env |= {"DOCKER_HOST": daemon.url}


def docker(**env: str) -> Prepare:
    return lambda bench: bench.env.update(env)


def lying_docker(reply: bytes) -> Prepare:
    def prepare(bench: Bench) -> None:
        bench.env["DOCKER_HOST"] = f"tcp://127.0.0.1:{bench.stack.enter_context(open_liar(reply))}"

    return prepare


def lying_account(reply: bytes) -> Prepare:
    return lambda bench: port(str(bench.stack.enter_context(open_liar(reply))))(bench)


def fault(place: str, name: str, after: int = 0) -> Prepare:
    return lambda bench: bench.desk.admin("PUT", f"/faults/{place}", {"fault": name, "after": after})


def folder_for(name: str) -> Prepare:
    """Put a folder into the place of a file."""

    def prepare(bench: Bench) -> None:
        (bench.folder / name).unlink()
        (bench.folder / name).mkdir()

    return prepare


def dying_docker(bench: Bench) -> None:
    """Have a daemon whose push breaks off in its middle."""
    daemon = bench.stack.enter_context(open_daemon())
    daemon.images |= {image.reference: image.name.encode() for image in IMAGES.values()}
    daemon.dies = True
    bench.env["DOCKER_HOST"] = daemon.url


def nothing(_: Bench) -> None:
    """Spoil nothing: the words alone are wrong."""


def make_key(password: bytes | None = None) -> bytes:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(PEM, PKCS8, locked)
