"""A Docker daemon and its command line without containers: they know images, and refuse what the real ones refuse.

A push goes to the registry for real. What the double does not know is refused, so that no test passes by its silence.
"""

import argparse
import base64
import hashlib
import itertools
import json
import os
import re
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class RefusedError(Exception):
    """What the daemon answers with a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Daemon:
    """The images of a machine: the content that stands for each, by reference; and what was asked."""

    url: str = ""
    images: dict[str, bytes] = field(default_factory=dict)
    pushed: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    builds: list[dict[str, Any]] = field(default_factory=list)
    # What registries hold that images are pulled from.
    hub: dict[str, bytes] = field(default_factory=dict)
    # What an image is for, where it is not linux/amd64.
    architectures: dict[str, str] = field(default_factory=dict)
    # Makes the daemon report another digest than the registry gave.
    lies: bool = False
    # Makes each push one of an index of several platforms, as newer builders do by default.
    indexes: bool = False
    # Breaks a push off after its first layer.
    dies: bool = False
    # Which of the pushes from now on stands still after its first layer, until whoever asked for it is gone; 0: none.
    stalls: int = 0

    def find(self, reference: str) -> bytes:
        """Return an image by its name or its id."""
        by_id = {sha256(content): content for content in self.images.values()}
        content = self.images.get(reference) or by_id.get(reference)
        if content is None:
            raise RefusedError(404, f"No such image: {reference}")
        return content

    def build(self, tags: list[str], context: str, arguments: dict[str, str]) -> None:
        """Make an image of the files in a context, on a base that must be there."""
        folder = Path(context)
        if not (folder / "Dockerfile").is_file():
            raise RefusedError(500, f"unable to prepare context: no Dockerfile in {context}")
        bases = re.findall(r"^FROM (\S+)", (folder / "Dockerfile").read_text(), re.M)
        for base in bases:
            found = arguments.get("BASE", "") if base == "${BASE}" else base
            if found != "scratch" and found not in self.images:
                raise RefusedError(500, f"pull access denied for {found}, repository does not exist")
        files = {
            str(file.relative_to(folder)): sha256(file.read_bytes()) for file in folder.rglob("*") if file.is_file()
        }
        self.builds.append({"tags": tags, "arguments": arguments, "files": sorted(files)})
        for tag in tags:
            self.images[tag] = json.dumps([arguments, files], sort_keys=True).encode()

    def pull(self, reference: str, platform: str) -> dict[str, str]:
        """Fetch an image from a registry for a platform, and return the last message of the stream."""
        if platform != "linux/amd64":
            raise RefusedError(500, f"the double pulls no image for {platform!r}")
        if reference not in self.hub:
            raise RefusedError(404, f"manifest for {reference} not found: manifest unknown")
        self.images[reference] = self.hub[reference]
        return {"status": "Downloaded newer image"}

    def log_in(self, login: dict[str, str]) -> None:
        """Ask a registry whether it takes a login."""
        self.logins.append(login["username"])
        auth = (login["username"], login["password"])
        answer = requests.get(f"http://{login['serveraddress']}/v2/", auth=auth, timeout=10)
        if not answer.ok:
            raise RefusedError(500, f"login attempt failed: unauthorized: {answer.json()['errors'][0]['message']}")

    def push(self, reference: str, login: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Send an image as one layer, and yield the lines that the daemon streams."""
        layer = self.find(reference)
        name, tag = reference.rsplit(":", 1)
        host, _, repository = name.partition("/")
        registry = f"http://{host}/v2/{repository}"
        auth = (login["username"], login["password"]) if login.get("username") else None
        architecture = self.architectures.get(reference, "amd64")
        config = json.dumps({"architecture": architecture, "os": "linux"}).encode()
        yield {"status": f"The push refers to repository [{name}]"}
        for blob in (layer, config):
            began = requests.post(f"{registry}/blobs/uploads/", auth=auth, timeout=10)
            if not began.ok:
                message = began.json()["errors"][0]["message"]
                yield {"error": f"{'unauthorized: ' if began.status_code == 401 else ''}{message}"}
                return
            place = f"http://{host}{began.headers['Location']}"
            yield {"id": sha256(blob)[7:19], "status": "Pushing", "progressDetail": {"current": 0, "total": len(blob)}}
            requests.put(place, params={"digest": sha256(blob)}, data=blob, auth=auth, timeout=10).raise_for_status()
            yield {"id": sha256(blob)[7:19], "status": "Pushed", "progressDetail": {}}
        parts = {"config": {"digest": sha256(config)}, "layers": [{"digest": sha256(layer)}]}
        media = INDEX if self.indexes else MANIFEST
        body = json.dumps(
            {"schemaVersion": 2, "mediaType": media, **({"manifests": []} if self.indexes else parts)}
        ).encode()
        headers = {"Content-Type": media}
        put = requests.put(f"{registry}/manifests/{tag}", data=body, headers=headers, auth=auth, timeout=10)
        if not put.ok:
            yield {"error": put.json()["errors"][0]["message"]}
            return
        self.pushed.append(reference)
        digest = "sha256:" + "f" * 64 if self.lies else put.headers["Docker-Content-Digest"]
        yield {"progressDetail": {}, "aux": {"Tag": tag, "Digest": digest, "Size": len(body)}}


class Handler(BaseHTTPRequestHandler):
    """Answers as the Engine API does. Source: https://docs.docker.com/reference/api/engine/version/v1.47/"""

    protocol_version = "HTTP/1.1"
    # The body of an answer goes out with its head, not 40 ms later when the head is acknowledged.
    disable_nagle_algorithm = True
    daemon: Daemon

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        address = urlsplit(self.path)
        path = re.sub(r"^/v1\.\d+", "", unquote(address.path))
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self._route(method, path, query, body)
        except RefusedError as error:
            self._send(error.status, {"message": str(error)})

    def _route(self, method: str, path: str, query: dict[str, str], body: bytes) -> None:
        found = re.fullmatch(r"/images/(.+)/(json|tag|push)", path)
        if path in ("/_ping", "/version"):
            self._send(200, {"ApiVersion": "1.47", "MinAPIVersion": "1.24", "Version": "27.0"})
        elif path == "/images/create":
            self._send(200, self.daemon.pull(f"{query['fromImage']}:{query['tag']}", query.get("platform", "")))
        elif path == "/auth":
            self.daemon.log_in(json.loads(body))
            self._send(200, {"Status": "Login Succeeded"})
        elif path == "/double/build":
            asked = json.loads(body)
            self.daemon.build(asked["tags"], asked["context"], asked["arguments"])
            self._send(200, {})
        elif path == "/double/import":
            asked = json.loads(body)
            self.daemon.images[asked["reference"]] = body
            self.daemon.builds.append({"tags": [asked["reference"]], "arguments": {}, "files": asked["files"]})
            self._send(200, {})
        elif found and found[2] == "json":
            content = self.daemon.find(found[1])
            architecture = self.daemon.architectures.get(found[1], "amd64")
            image = {"Id": sha256(content), "RepoTags": [found[1]], "Config": {}}
            self._send(200, {**image, "Os": "linux", "Architecture": architecture})
        elif found and found[2] == "tag":
            self.daemon.images[f"{query['repo']}:{query['tag']}"] = self.daemon.find(found[1])
            self._send(201, {})
        elif found and found[2] == "push":
            login = json.loads(base64.urlsafe_b64decode(self.headers.get("X-Registry-Auth", "") or b"e30=") or b"{}")
            self._stream(self.daemon.push(f"{found[1]}:{query['tag']}", login))
        elif method == "DELETE" and path.startswith("/images/"):
            reference = path.removeprefix("/images/")
            self.daemon.find(reference)
            del self.daemon.images[reference]
            self._send(200, [{"Untagged": reference}])
        else:
            raise RefusedError(404, f"page not found: {method} {path}")

    def _stream(self, lines: Iterator[dict[str, Any]]) -> None:
        # Whether there is an answer is known before its first line.
        first = next(lines)
        self.daemon.stalls -= 1
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in itertools.chain([first], lines):
            self._send_chunk(json.dumps(line).encode() + b"\r\n")
            if self.daemon.stalls == 0 and line.get("status") == "Pushed":
                self.connection.settimeout(20)
                assert self.connection.recv(1) == b"", "the client goes, as one that was killed does"
                self.close_connection = True
                return
            if self.daemon.dies and line.get("status") == "Pushed":
                self.close_connection = True
                return
        self._send_chunk(b"")

    def _send_chunk(self, chunk: bytes) -> None:
        self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

    def _send(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def open_daemon() -> Iterator[Daemon]:
    """Yield a daemon that listens on a port of this machine."""
    daemon = Daemon()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"daemon": daemon}))
    daemon.url = f"tcp://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield daemon
    finally:
        server.shutdown()
        server.server_close()


def write_command_line(folder: Path) -> None:
    """Write the program docker into a folder for the PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "docker"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from docker_double import run_command\nsys.exit(run_command(sys.argv[1:]))\n"
    )
    program.chmod(0o755)


def run_command(words: list[str]) -> int:
    """Do what `docker build`, `docker import` and `docker tag` do, and refuse every other command and unknown flags."""
    parser = argparse.ArgumentParser("docker")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build")
    build.add_argument("--quiet", action="store_true")
    build.add_argument("--platform", choices=["linux/amd64"])
    build.add_argument("--tag", action="append", default=[])
    build.add_argument("--label", action="append", default=[])
    build.add_argument("--build-arg", action="append", default=[])
    build.add_argument("context")
    load = commands.add_parser("import")
    load.add_argument("--platform", choices=["linux/amd64"])
    load.add_argument("archive", type=Path)
    load.add_argument("reference")
    asked = parser.parse_args(words)
    url = os.environ["DOCKER_HOST"].replace("tcp:", "http:")
    if asked.command == "build":
        arguments = dict(one.split("=", 1) for one in asked.build_arg)
        body = {"tags": asked.tag, "context": asked.context, "arguments": arguments}
        answer = requests.post(f"{url}/double/build", json=body, timeout=10)
    else:
        if not asked.archive.is_file():
            sys.stderr.write(f"open {asked.archive}: no such file\n")
            return 1
        with tarfile.open(asked.archive) as archive:
            body = {"reference": asked.reference, "files": sorted(archive.getnames())}
        answer = requests.post(f"{url}/double/import", json=body, timeout=10)
    if not answer.ok:
        sys.stderr.write(f"ERROR: {answer.json()['message']}\n")
        return 1
    return 0
