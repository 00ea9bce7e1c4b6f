"""The registry of this machine is started on a free port, outlives the task, and is stopped by its own number alone."""

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from spcsmetrics.core.errors import UserError
from spcsmetrics.images import local_registry

# Answers 401 at the address of its configuration, as a registry with a password does.
PROGRAM = """\
#!{python}
import re, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.end_headers()
    def log_message(self, *_): pass
port = int(re.search(r"localhost:(\\d+)", open(sys.argv[2]).read())[1])
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "registry"
    file.write_text(PROGRAM.format(python=sys.executable))
    file.chmod(0o755)
    monkeypatch.setattr(local_registry, "tool", lambda _: file)
    monkeypatch.setattr(local_registry, "FOLDER", tmp_path / "build" / "registry")
    monkeypatch.setattr(local_registry, "carry_out", lambda steps, **_: list(steps)[-1].action())
    monkeypatch.setattr(local_registry, "ROOT", tmp_path)
    return file


def start(outputs: Path | None = None) -> None:
    local_registry.run_registry(str(outputs or ""), stop=False, dry=False)


def stop() -> None:
    local_registry.run_registry("", stop=True, dry=False)


def test_its_address_is_written_down_and_it_answers_until_it_is_stopped(program: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "env"
    start(outputs)
    address = outputs.read_text().strip().removeprefix("REGISTRY=")
    assert requests.get(f"http://{address}/v2/", timeout=5).status_code == 401
    stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://{address}/v2/", timeout=5)
    stop()


def test_passwords_are_asked_for_where_there_are_users(program: Path, tmp_path: Path) -> None:
    local_registry.start_registry(local_registry.FOLDER, tmp_path / "users")
    config = local_registry.FOLDER.with_name("registry.yml").read_text()
    assert f"htpasswd: {{realm: registry, path: {tmp_path / 'users'}}}" in config
    stop()


def test_a_registry_that_ends_at_once_is_one_sentence_with_its_last_lines(program: Path) -> None:
    program.write_text("#!/bin/sh\necho no space left\nexit 1\n")
    with pytest.raises(
        UserError, match=r"the registry does not answer: read .*registry\.log; its last lines:\nno space"
    ):
        start()
    assert not local_registry.FOLDER.with_name("registry.pid").exists()


def test_a_number_that_another_program_has_by_now_is_left_alone(program: Path) -> None:
    local_registry.FOLDER.parent.mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"]) as other:
        local_registry.FOLDER.with_name("registry.pid").write_text(str(other.pid))
        stop()
        assert other.poll() is None
        other.kill()
