"""A simulated account with a user's connections.toml, and the tasks run against it as a user runs them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from admin import call
from zygote import Zygote

from simulator.privileges import ADMINISTRATOR, ROLE, USER
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.deploy.grants import list_grants
from spcsmetrics.deploy.settings import Settings, read_settings
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.local import parts, processes

SETTINGS = f'role = "{ROLE}"\nviewers = ["ANALYST"]\n'
DIGEST = "sha256:" + "1" * 64
Environment = dict[str, str] | None


@dataclass
class Desk:
    """Where somebody works on the account: a folder with connections and settings, and everything that was printed.

    With a zygote, tasks are forks of it.
    """

    folder: Path
    simulation: parts.Simulation
    zygote: Zygote | None = None
    printed: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return read_settings(str(self.folder / "deploy.toml"))

    @property
    def token(self) -> str:
        return (self.simulation.folder / "programmatic_token").read_text()

    def write_settings(self, text: str) -> None:
        (self.folder / "deploy.toml").write_text(text)

    def write_connection(self, token: str, **more: str) -> None:
        values = {
            "account": "simulated",
            "host": "127.0.0.1",
            "protocol": "http",
            "user": USER,
            "authenticator": "PROGRAMMATIC_ACCESS_TOKEN",
            "token": token,
            **more,
        }
        lines = [f'{key} = "{value}"' for key, value in values.items()]
        numbers = [f"port = {self.simulation.driver_port}", "network_timeout = 3", "login_timeout = 5"]
        file = self.folder / "connections.toml"
        file.write_text("\n".join(["[default]", *lines, *numbers]) + "\n")
        file.chmod(0o600)

    def inv(self, *words: str, answer: str = "", env: Environment = None) -> subprocess.CompletedProcess[str]:
        """Run a task with this folder's connections and settings."""
        words = (*words, "--settings", str(self.folder / "deploy.toml"))
        done = self._fork(words, answer, env) if self.zygote else self._start(words, answer, env)
        self.printed.append(done.stdout + done.stderr)
        return done

    def _start(self, words: Sequence[str], answer: str, env: Environment) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "spcsmetrics.tasks", *words],
            capture_output=True,
            check=False,
            text=True,
            input=answer,
            cwd=ROOT,
            env={**os.environ, "SNOWFLAKE_HOME": str(self.folder), "COLUMNS": "200", **(env or {})},
        )

    def _fork(self, words: Sequence[str], answer: str, env: Environment) -> subprocess.CompletedProcess[str]:
        assert self.zygote
        # The library looks for its files where the zygote has loaded it.
        shutil.copy2(self.folder / "connections.toml", self.zygote.folder)
        done = self.zygote.run(*words, env={"COLUMNS": "200", **(env or {})}, answer=answer)
        return subprocess.CompletedProcess(words, done.code, done.out, done.err)

    def deploy(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return self.inv("deploy", "--pushed", "--timeout=15", *words, **more)

    def admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return call(self.simulation.admin, method, path, body)

    def catalog(self) -> Any:
        return self.admin("GET", "/catalog")

    def changes(self, since: int = 0) -> list[str]:
        """Return the statements that change something, after the first `since` of all."""
        asking = ("SHOW", "DESCRIBE", "SELECT")
        return [sql for sql in self.catalog()["statements"][since:] if not sql.startswith(asking)]

    def run_sql(self, role: str, *statements: str) -> None:
        """Run statements as somebody else."""
        from snowflake.snowpark import Session  # noqa: PLC0415 - slow to import

        options = {"account": "simulated", "host": "127.0.0.1", "port": self.simulation.driver_port, "protocol": "http"}
        login = {"user": USER, "authenticator": "PROGRAMMATIC_ACCESS_TOKEN", "token": self.token, "role": role}
        session = Session.builder.configs({**options, **login}).create()
        try:
            for statement in statements:
                session.sql(statement).collect()
        finally:
            session.close()

    def grant(self) -> None:
        """Let the administrator run what ./inv grants prints, and put this version's images into the repository."""
        self.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(self.settings)))
        self.run_sql(ROLE, f"CREATE IMAGE REPOSITORY IF NOT EXISTS {self.settings.repository_name}")
        self.put_images(PRODUCT, DIGEST)

    def put_images(self, tag: str, digest: str) -> None:
        path = self.settings.repository_name.replace(".", "/").lower()
        for image in SHIPPED.values():
            self.admin("PUT", f"/images/{path}/{image.name}:{tag}", {"digest": digest})


@contextmanager
def open_desk(folder: Path, service_delay: float = 0.3, zygote: Zygote | None = None) -> Iterator[Desk]:
    """Yield a desk at an account of its own, and see on the way out that no secret was printed or logged."""
    with processes.open_run(folder / "run") as run:
        simulation = parts.start_simulator(run, pools=3, nodes=1, containers=2, service_delay=service_delay)
        desk = Desk(folder, simulation, zygote)
        desk.write_settings(SETTINGS)
        desk.write_connection(desk.token)
        yield desk
        logs = [process.log.read_text(errors="replace") for process in run.processes]
        for text in [*desk.printed, *logs]:
            assert desk.token not in text, "a secret was printed"
            assert "-----BEGIN" not in text, "a key or a certificate was printed"
