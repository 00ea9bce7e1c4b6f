"""The account's image registry: what docker push needs, and the image then stands in the repository.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from simulator.catalog import Catalog
from simulator.credentials import Credentials
from simulator.driver import Driver

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_SESSION_USER = "0sessiontoken"
_SMALL_BYTES = 1 << 16


@dataclass(kw_only=True)
class Registry:
    """Serves the repositories of an account. Layers are checked against their digests and kept in memory."""

    catalog: Catalog
    credentials: Credentials
    driver: Driver
    _blobs: dict[str, int] = field(default_factory=dict)
    # Those that may be an image's configuration.
    _small: dict[str, bytes] = field(default_factory=dict)
    _manifests: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    _uploads: dict[str, "Upload"] = field(default_factory=dict)

    def application(self) -> web.Application:
        """Return the HTTP application."""
        app = web.Application(middlewares=[self._authorize], client_max_size=1 << 30)
        app.add_routes(
            [
                web.get("/v2/", self._greet),
                web.head("/v2/{name:.+}/blobs/{digest}", self._has_blob),
                web.post("/v2/{name:.+}/blobs/uploads/", self._start),
                web.patch("/v2/{name:.+}/blobs/uploads/{upload}", self._append),
                web.put("/v2/{name:.+}/blobs/uploads/{upload}", self._finish),
                web.get("/v2/{name:.+}/manifests/{reference}", self._get_manifest),
                web.put("/v2/{name:.+}/manifests/{reference}", self._put_manifest),
            ]
        )
        return app

    @web.middleware
    async def _authorize(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._accept(request.headers.get("Authorization", "")):
            return web.json_response(
                {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]},
                status=401,
                headers={"WWW-Authenticate": 'Basic realm="simulated"'},
            )
        name = request.match_info.get("name")
        if name and tuple(part.upper() for part in name.split("/")[:-1]) not in self.catalog.repositories:
            return web.json_response(
                {"errors": [{"code": "NAME_UNKNOWN", "message": "no such repository"}]}, status=404
            )
        return await handler(request)

    def _accept(self, header: str) -> bool:
        try:
            user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
            if user == _SESSION_USER:
                return json.loads(password)["token"] in self.driver.registry_tokens
        except (ValueError, TypeError, KeyError):
            # Neither base64 of UTF-8 nor, for a session, the JSON that the account issued.
            return False
        return self.credentials.accept("PROGRAMMATIC_ACCESS_TOKEN", password)

    async def _greet(self, _: web.Request) -> web.Response:
        return web.json_response({})

    async def _has_blob(self, request: web.Request) -> web.Response:
        size = self._blobs.get(request.match_info["digest"])
        return web.Response(status=404) if size is None else web.Response(headers={"Content-Length": str(size)})

    async def _start(self, request: web.Request) -> web.Response:
        upload = str(uuid.uuid4())
        self._uploads[upload] = Upload()
        return _continue(request.match_info["name"], upload, 0)

    async def _append(self, request: web.Request) -> web.Response:
        upload = request.match_info["upload"]
        await self._uploads[upload].read(request)
        return _continue(request.match_info["name"], upload, self._uploads[upload].size)

    async def _finish(self, request: web.Request) -> web.Response:
        upload = self._uploads.pop(request.match_info["upload"])
        await upload.read(request)
        digest = request.query["digest"]
        if digest != upload.digest:
            return web.json_response({"errors": [{"code": "DIGEST_INVALID", "message": "digest differs"}]}, status=400)
        self._blobs[digest] = upload.size
        if upload.size <= _SMALL_BYTES:
            self._small[digest] = bytes(upload.kept)
        return web.Response(status=201, headers={"Docker-Content-Digest": digest})

    async def _put_manifest(self, request: web.Request) -> web.Response:
        body = await request.read()
        manifest = json.loads(body)
        if "manifests" in manifest:
            # An index is one name for several platforms; images are for linux/amd64 alone. Source:
            # https://docs.snowflake.com/en/developer-guide/snowpark-container-services/spcs-guidelines-and-limitations
            message = "manifest invalid: an image index is not supported"
            return web.json_response({"errors": [{"code": "MANIFEST_INVALID", "message": message}]}, status=400)
        wanted = [manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])]
        if not set(wanted) <= set(self._blobs):
            return web.json_response(
                {"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob missing"}]}, status=400
            )
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self._manifests[digest] = (body, request.content_type)
        *repository, image = request.match_info["name"].split("/")
        tags = self.catalog.repositories[tuple(part.upper() for part in repository)]
        tags[image, request.match_info["reference"]] = digest
        self.catalog.architectures[digest] = self._read_architecture(manifest["config"]["digest"])
        return web.Response(status=201, headers={"Docker-Content-Digest": digest})

    def _read_architecture(self, configuration: str) -> str:
        try:
            return str(json.loads(self._small.get(configuration, b"")).get("architecture", "amd64"))
        except ValueError:
            return "amd64"

    async def _get_manifest(self, request: web.Request) -> web.Response:
        *repository, image = request.match_info["name"].split("/")
        reference = request.match_info["reference"]
        tags = self.catalog.repositories[tuple(part.upper() for part in repository)]
        digest = reference if reference in self._manifests else tags.get((image, reference), "")
        if digest not in self._manifests:
            return web.json_response({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "no such tag"}]}, status=404)
        body, kind = self._manifests[digest]
        return web.Response(body=body, content_type=kind, headers={"Docker-Content-Digest": digest})


class Upload:
    """A layer on its way: its size and digest so far."""

    def __init__(self) -> None:
        self.size = 0
        self.kept = bytearray()
        self._hash = hashlib.sha256()

    async def read(self, request: web.Request) -> None:
        """Add the body of a request."""
        async for chunk in request.content.iter_any():
            self._hash.update(chunk)
            self.size += len(chunk)
            if self.size <= _SMALL_BYTES:
                self.kept += chunk

    @property
    def digest(self) -> str:
        """Return the digest of what has arrived."""
        return f"sha256:{self._hash.hexdigest()}"


def _continue(name: str, upload: str, size: int) -> web.Response:
    headers = {
        "Location": f"/v2/{name}/blobs/uploads/{upload}",
        "Docker-Upload-UUID": upload,
        "Range": f"0-{max(0, size - 1)}",
    }
    return web.Response(status=202, headers=headers)
