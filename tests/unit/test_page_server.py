"""The server of the page: its files, a board's address, and the store behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from spcsmetrics.local.page_server import application

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("the page")
    (page / "assets" / "main.js").write_text("the script")
    (tmp_path / "secret").write_text("not for the page")
    return page


async def store(request: web.Request) -> web.Response:
    body = await request.text()
    return web.json_response({"method": request.method, "path": request.path_qs, "body": body}, status=422)


def ask(folder: Path, talk: Callable[[Client], Awaitable[None]], *, alive: bool = True) -> None:
    async def run() -> None:
        behind = web.Application()
        behind.router.add_route("*", "/{any:.*}", store)
        async with TestServer(behind) as served:
            if not alive:
                await served.close()
            address = str(served.make_url("/")) if alive else "http://127.0.0.1:9"
            async with TestClient(TestServer(application(folder, address))) as client:
                await talk(client)

    asyncio.run(run())


def test_files_are_served_and_any_other_address_is_the_page_itself(folder: Path) -> None:
    async def talk(client: Client) -> None:
        for address, text in (
            ("/", "the page"),
            ("/assets/main.js", "the script"),
            ("/d/spcs-home?from=now-1h", "the page"),
            ("/..%2fsecret", "the page"),
            ("/assets/..%2f..%2fsecret", "the page"),
        ):
            answer = await client.get(address)
            assert (answer.status, await answer.text()) == (200, text), address

    ask(folder, talk)


def test_the_stores_answer_comes_as_it_is(folder: Path) -> None:
    async def talk(client: Client) -> None:
        answer = await client.post("/api/v1/query_range?debug=1", data={"query": 'up{a="b"}'})
        assert answer.status == 422
        assert await answer.json() == {
            "method": "POST",
            "path": "/api/v1/query_range?debug=1",
            "body": "query=up%7Ba%3D%22b%22%7D",
        }

    ask(folder, talk)


def test_a_store_that_is_away_is_an_error_in_its_own_form(folder: Path) -> None:
    async def talk(client: Client) -> None:
        answer = await client.get("/api/v1/query?query=up")
        assert answer.status == 502
        said = await answer.json()
        assert said["status"] == "error"
        assert said["error"].startswith("Prometheus does not answer: ")

    ask(folder, talk, alive=False)
