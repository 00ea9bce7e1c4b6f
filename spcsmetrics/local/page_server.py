"""The server of the built page: its files, and the API of the Prometheus that it reads.

python -m spcsmetrics.local.page_server FOLDER PORT PROMETHEUS serves them on 127.0.0.1 until it is ended.
"""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, web

# A board over a day asks for all its panels at once, and the store answers each in 2 minutes at most.
_SECONDS = 120
_STORE = web.AppKey("store", ClientSession)


def application(folder: Path, prometheus: str) -> web.Application:
    """Return the HTTP application over the page in a folder and the Prometheus at an address."""

    async def connect(app: web.Application) -> AsyncIterator[None]:
        async with ClientSession(base_url=prometheus, timeout=ClientTimeout(total=_SECONDS)) as session:
            app[_STORE] = session
            yield

    async def find(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        file = folder / name
        # Each board has an address of its own, /d/UID, at which the page looks for the board itself.
        named = file.is_file() and file.resolve().is_relative_to(folder.resolve())
        return web.FileResponse(file if named else folder / "index.html")

    app = web.Application()
    app.cleanup_ctx.append(connect)
    app.add_routes([web.route("*", "/api/v1/{path:.*}", _forward), web.get("/{name:.*}", find)])
    return app


async def _forward(request: web.Request) -> web.Response:
    """Answer as the store does, or 502 with the reason in the form of the store's own errors."""
    sent = {name: request.headers[name] for name in ("Content-Type", "Accept") if name in request.headers}
    try:
        async with request.app[_STORE].request(
            request.method, request.rel_url, data=await request.read(), headers=sent
        ) as answer:
            body = await answer.read()
            return web.Response(body=body, status=answer.status, content_type=answer.content_type)
    except (ClientError, TimeoutError) as error:
        said = f"Prometheus does not answer: {error or type(error).__name__}"
        return web.json_response({"status": "error", "errorType": "unavailable", "error": said}, status=502)


if __name__ == "__main__":
    served = application(Path(sys.argv[1]), sys.argv[3])
    web.run_app(served, host="127.0.0.1", port=int(sys.argv[2]), print=None, access_log=None)
