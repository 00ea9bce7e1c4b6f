"""A registry in memory that wants a password to read and another's to write, and that can be told to refuse.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

READER, WRITER = ("reader", "its-password"), ("writer", "another-password")
KIND = "application/vnd.docker.distribution.manifest.v2+json"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class Shelf:
    """What the registry holds: manifests by repository and tag or digest, blobs by digest.

    writes are the tags that were written, in order. refuses is a pattern of a repository and tag to refuse.
    """

    host: str = ""
    manifests: dict[tuple[str, str], bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    refuses: str = ""

    def put(self, name: str, tag: str, labels: Mapping[str, str]) -> str:
        """Hold an image whose configuration has these labels, as a push does, and return its digest."""
        config = json.dumps({"config": {"Labels": dict(labels)}}).encode()
        self.blobs[digest_of(config)] = config
        body = json.dumps(
            {"schemaVersion": 2, "mediaType": KIND, "config": {"digest": digest_of(config)}, "layers": []}
        )
        return self.write(name, tag, body.encode())

    def write(self, name: str, tag: str, body: bytes) -> str:
        self.writes.append(f"{name}:{tag}")
        self.manifests[name, tag] = self.manifests[name, digest_of(body)] = body
        return digest_of(body)

    def tags(self) -> dict[str, str]:
        """Return the digest of each tag."""
        found = self.manifests.items()
        return {f"{name}:{tag}": digest_of(body) for (name, tag), body in found if not tag.startswith("sha256:")}

    def log_in(self, folder: Path, login: tuple[str, str]) -> None:
        """Leave a login in a folder as docker login does."""
        auth = base64.b64encode(":".join(login).encode()).decode()
        (folder / "config.json").write_text(json.dumps({"auths": {self.host: {"auth": auth}}}))


class _Server(ThreadingHTTPServer):
    shelf: Shelf


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The body of an answer goes out with its head, not 40 ms later when the head is acknowledged.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve(READER, WRITER)

    def do_POST(self) -> None:
        self._serve(WRITER)

    def do_PUT(self) -> None:
        self._serve(WRITER)

    def do_DELETE(self) -> None:
        self._serve(WRITER)

    def _serve(self, *logins: tuple[str, str]) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        if given not in {base64.b64encode(":".join(login).encode()).decode() for login in logins}:
            self._answer(401, b"{}", {"WWW-Authenticate": 'Basic realm="shelf"'})
            return
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/(.+?)/?", self.path)
        if match is None:
            self._answer(404, b"{}")
            return
        name, what, last = match.groups()
        if what == "blobs":
            self._serve_blob(name, last)
        elif self.command == "PUT":
            refused = self.server.shelf.refuses and re.search(self.server.shelf.refuses, f"{name}:{last}")
            digest = "" if refused else self.server.shelf.write(name, last, content)
            self._answer(503 if refused else 201, b"", {"Docker-Content-Digest": digest})
        else:
            body = self.server.shelf.manifests.get((name, last))
            self._answer(404 if body is None else 200, body or b"{}", {"Content-Type": KIND})

    def _serve_blob(self, name: str, last: str) -> None:
        if self.command == "POST":
            self.server.shelf.uploads.append(name)
            self._answer(202, b"", {"Location": f"/v2/{name}/blobs/uploads/one"})
        elif self.command == "DELETE":
            self.server.shelf.uploads.remove(name)
            self._answer(204, b"")
        else:
            blob = self.server.shelf.blobs.get(last)
            self._answer(404 if blob is None else 200, blob or b"{}")

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for header, value in (headers or {}).items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def open_shelf() -> Iterator[Shelf]:
    """Yield a registry that holds nothing yet."""
    shelf = Shelf()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.shelf = shelf
    shelf.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
