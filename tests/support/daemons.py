"""A Docker daemon that holds no images but answers for those that a test names.

Source: https://docs.docker.com/reference/api/engine/version/v1.41/
"""

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class Daemon:
    """What the daemon answers: by reference ids and noted digests of images.

    pushed is the stream of a push. logins are what registries were asked with.
    """

    ids: dict[str, str] = field(default_factory=dict)
    noted: dict[str, list[str]] = field(default_factory=dict)
    pushed: list[Any] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str) -> tuple[int, Any]:
        """Return the status and the body of an answer."""
        match = re.fullmatch(r"/v[\d.]+/images/(.+?)(?:/(json|tag))?", path)
        if not match:
            return 200, {"ApiVersion": "1.41"}
        reference = match[1]
        if method != "GET":
            return 201 if match[2] else 200, []
        if reference not in self.ids:
            return _refuse(404, f"No such image: {reference}")
        return 200, {"Id": self.ids[reference], "RepoDigests": self.noted.get(reference, [])}


def _refuse(status: int, message: str) -> tuple[int, Any]:
    return status, {"message": message}


def _handler(daemon: Daemon) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # The body of an answer goes out with its head, not 40 ms later when the head is acknowledged.
        disable_nagle_algorithm = True

        def _respond(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if login := self.headers.get("X-Registry-Auth"):
                daemon.logins.append(json.loads(base64.urlsafe_b64decode(login)))
            path = unquote(urlsplit(self.path).path)
            if path.endswith("/push"):
                self._stream(daemon.pushed)
                return
            status, body = daemon.answer(self.command, path)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def _stream(self, lines: list[Any]) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for chunk in (*(json.dumps(line).encode() + b"\n" for line in lines), b""):
                self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

        do_GET = do_POST = do_DELETE = _respond  # noqa: N815 - names that http.server calls

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serve_daemon() -> Iterator[Daemon]:
    """Yield a daemon whose url is for DOCKER_HOST."""
    daemon = Daemon()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(daemon))
    daemon.url = f"tcp://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield daemon
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
