"""An account whose tasks run in a zygote beside a double of Docker, so that any of their steps can be the last."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from accounts import Desk, open_desk
from docker_double import Daemon, open_daemon
from zygote import Done, Zygote, open_zygote

from spcsmetrics.images.definition import SHIPPED


class Office:
    """A desk, the Docker that its tasks talk to, and the zygote that runs them."""

    def __init__(self, desk: Desk, daemon: Daemon, zygote: Zygote) -> None:
        self.desk, self.daemon, self.zygote = desk, daemon, zygote

    def run(self, *words: str, kill: tuple[str, int] | None = None) -> Done:
        """Run a task, and kill it before or after that change of the account."""
        env = {"DOCKER_HOST": self.daemon.url, "DOCKER_CONFIG": str(self.desk.folder / "docker"), "PATH": "/usr/bin"}
        settings = str(self.desk.folder / "deploy.toml")
        done = self.zygote.run(*words, "--settings", settings, env=env, kill=kill)
        self.desk.printed.append(done.out + done.err)
        assert "Traceback" not in done.err
        assert "BEGIN" not in done.out + done.err, "a key is printed"
        return done

    def finish(self, *words: str) -> Done:
        """Run a task to its good end."""
        done = self.run(*words)
        assert done.code == 0, done.err
        return done


@contextmanager
def open_office(folder: Path, delay: float) -> Iterator[Office]:
    """Yield an office over an account whose services take so many seconds to start and to stop."""
    with ExitStack() as stack:
        daemon = stack.enter_context(open_daemon())
        daemon.images |= {image.reference: image.name.encode() for image in SHIPPED.values()}
        desk = stack.enter_context(open_desk(folder, delay))
        yield Office(desk, daemon, stack.enter_context(open_zygote(desk.folder)))
