"""A registry that requires a token for reading, as hosted ones do.

It answers 401 with the address where a token is had, which a user's login opens.
Source: https://distribution.github.io/distribution/spec/auth/token/
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

USER, PASSWORD, TOKEN = "reader", "its-password", "its-token"
REFERENCE = "acme/spcs-oss-otel:1.0.0"
_KIND = "application/vnd.oci.image.index.v1+json"
_PLATFORMS = [{"architecture": "amd64", "os": "linux"}, {"architecture": "arm64", "os": "linux"}]
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": _KIND,
        "manifests": [
            {"mediaType": _MANIFEST, "size": 1, "digest": f"sha256:{'0' * 64}", "platform": platform}
            for platform in _PLATFORMS
        ],
    }
).encode()
DIGEST = f"sha256:{hashlib.sha256(INDEX).hexdigest()}"


class _Handler(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        words = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        allowed = words.get("grant_type") == ["refresh_token"] and words.get("refresh_token") == [PASSWORD]
        self._answer(200 if allowed else 401, {"access_token": TOKEN} if allowed else {})

    def do_GET(self) -> None:
        host = self.headers["Host"]
        path = self.path.partition("?")[0]
        if path == "/token":
            login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            allowed = self.headers.get("Authorization") == f"Basic {login}"
            return self._answer(200 if allowed else 401, {"token": TOKEN} if allowed else {})
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            challenge = f'Bearer realm="http://{host}/token",service="registry",scope="repository:acme:pull"'
            error = {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}
            return self._answer(401, error, {"WWW-Authenticate": challenge})
        name, _, tag = REFERENCE.partition(":")
        if path in (f"/v2/{name}/manifests/{tag}", f"/v2/{name}/manifests/{DIGEST}"):
            return self._answer(200, INDEX, {"Content-Type": _KIND, "Docker-Content-Digest": DIGEST})
        if path == "/v2/":
            return self._answer(200, {})
        return self._answer(404, {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_registry() -> Iterator[str]:
    """Yield the host with its port of a registry that holds REFERENCE."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
