"""What Prometheus answers becomes samples, and what it refuses an error with its reason."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.local import promql

VECTOR = b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[1,"2.5"]}]}}'
REFUSED = b'{"status":"error","errorType":"bad_data","error":"1:5: parse error: unexpected end of input"}'


@contextmanager
def prometheus(status: int, body: bytes) -> Iterator[str]:
    """Yield the address of a server that answers every query so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_vector_becomes_samples() -> None:
    with prometheus(200, VECTOR) as url:
        assert promql.over_http(url)("a") == [promql.Sample(labels={"job": "a"}, value=2.5)]


def test_a_refused_query_is_an_error_with_the_reason() -> None:
    with prometheus(400, REFUSED) as url, pytest.raises(UserError, match="refused the query: 1:5: parse error"):
        promql.over_http(url)("sum(")


def test_an_error_without_a_reason_shows_the_whole_answer() -> None:
    with pytest.raises(UserError, match="'status': 'error'"):
        promql.parse({"status": "error", "data": {"result": []}})


@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>"])
def test_what_is_not_prometheus_does_not_answer(body: bytes) -> None:
    with prometheus(502, body) as url, pytest.raises(UserError, match=f"Prometheus at {url} does not answer"):
        promql.over_http(url)("a")


def test_a_prometheus_that_is_gone_is_named() -> None:
    with prometheus(200, VECTOR) as url:
        query = promql.over_http(url)
    with pytest.raises(UserError, match=f"Prometheus at {url} does not answer: is it still running"):
        query("a")
