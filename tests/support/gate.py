"""A gate in front of a store: what the collector sends goes through, is answered with an error, or gets no answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from waiting import wait_for

HANG = "hang"
CUT = "cut"
# The collector's own bound on one request is 30 s.
_HANG_SECONDS = 60


class Gate(ThreadingHTTPServer):
    """Forwards requests to a store; answer stands for what happens instead: a status, HANG or CUT."""

    daemon_threads = True

    def __init__(self, store: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store = store
        self.answer: int | str | None = None
        self.headers: dict[str, str] = {}
        self.refused = 0
        self.opened = threading.Event()

    @property
    def url(self) -> str:
        """Return the address to use in place of the store's."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def shut(self, answer: int | str, **headers: str) -> Iterator[None]:
        """Answer like this until the block ends."""
        self.refused, self.headers = 0, {name.replace("_", "-"): value for name, value in headers.items()}
        self.opened.clear()
        self.answer = answer
        yield
        self.answer = None
        self.opened.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The body of an answer goes out with its head, not 40 ms later when the head is acknowledged.
    disable_nagle_algorithm = True
    server: Gate

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.answer
        if answer is None:
            self._forward(body)
            return
        self.server.refused += 1
        if answer == HANG:
            self.server.opened.wait(_HANG_SECONDS)
            self.close_connection = True
        elif answer == CUT:
            self.close_connection = True
        else:
            self._answer(int(answer), {**self.server.headers}, b"closed for a test")

    def _forward(self, body: bytes) -> None:
        names = ("Content-Type", "Content-Encoding", "X-Prometheus-Remote-Write-Version")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        try:
            done = requests.post(self.server.store + self.path, data=body, headers=headers, timeout=30)
        except requests.RequestException:
            self._answer(503, {}, b"the store is away")
            return
        kept = {name: value for name, value in done.headers.items() if name.startswith("X-Prometheus-")}
        self._answer(done.status_code, kept, done.content)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def open_gate(store: str) -> Iterator[Gate]:
    """Yield a gate in front of the store at this address."""
    gate = Gate(store)
    thread = threading.Thread(target=gate.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gate
    finally:
        gate.opened.set()
        gate.shutdown()
        gate.server_close()
        thread.join()


def wait_for_refusals(gate: Gate, count: int, seconds: float = 30) -> None:
    """Wait until the gate has refused so many requests."""
    wait_for(lambda: gate.refused >= count, seconds)
