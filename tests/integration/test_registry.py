"""The simulated account's image registry refuses what a registry refuses."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from accounts import Desk, open_desk
from docker_double import sha256

REPOSITORY = "spcs_metrics/public/images/example"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("desk")) as found:
        found.grant()
        yield found


def ask(desk: Desk, method: str, path: str, **more: Any) -> requests.Response:
    port = json.loads((desk.folder / "run" / "session" / "ports.json").read_text())["registry"]
    options = {"auth": ("anybody", desk.token), **more}
    return requests.request(method, f"http://127.0.0.1:{port}{path}", timeout=10, **options)


def put_blob(desk: Desk, content: bytes, digest: str) -> requests.Response:
    """Send a blob in two pieces, under a digest."""
    place = ask(desk, "POST", f"/v2/{REPOSITORY}/blobs/uploads/").headers["Location"]
    middle = len(content) // 2
    assert ask(desk, "PATCH", place, data=content[:middle]).headers["Range"] == f"0-{max(0, middle - 1)}"
    return ask(desk, "PUT", place, params={"digest": digest}, data=content[middle:])


def error(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


@pytest.mark.parametrize("auth", [None, ("anybody", "wrong"), ("0sessiontoken", '{"token": "wrong"}')])
def test_who_has_no_token_is_asked_for_one(desk: Desk, auth: tuple[str, str] | None) -> None:
    answer = ask(desk, "GET", "/v2/", auth=auth)
    assert error(answer) == (401, "UNAUTHORIZED")
    assert "WWW-Authenticate" in answer.headers
    assert ask(desk, "GET", "/v2/").ok


@pytest.mark.parametrize(
    "login",
    [
        b"a",
        "Ü".encode(),
        base64.b64encode(b"\xff"),
        base64.b64encode(b"0sessiontoken:{"),
        base64.b64encode(b"0sessiontoken:3"),
    ],
    ids=["half", "not ASCII", "not UTF-8", "not JSON", "not an object"],
)
def test_a_header_that_holds_no_login_is_refused(desk: Desk, login: bytes) -> None:
    answer = ask(desk, "GET", "/v2/", auth=None, headers={"Authorization": b"Basic " + login})
    assert error(answer) == (401, "UNAUTHORIZED")


def test_a_repository_that_was_not_created_is_unknown(desk: Desk) -> None:
    assert error(ask(desk, "POST", "/v2/spcs_metrics/public/nowhere/example/blobs/uploads/")) == (404, "NAME_UNKNOWN")


def test_a_layer_is_taken_only_under_its_own_digest(desk: Desk) -> None:
    layer = b"a layer"
    assert error(put_blob(desk, layer, sha256(b"another"))) == (400, "DIGEST_INVALID")
    assert ask(desk, "HEAD", f"/v2/{REPOSITORY}/blobs/{sha256(layer)}").status_code == 404
    assert put_blob(desk, layer, sha256(layer)).status_code == 201
    assert ask(desk, "HEAD", f"/v2/{REPOSITORY}/blobs/{sha256(layer)}").headers["Content-Length"] == str(len(layer))


def test_an_image_is_there_once_all_of_its_layers_are(desk: Desk) -> None:
    config, layer = b"{}", b"files"
    manifest = {"config": {"digest": sha256(config)}, "layers": [{"digest": sha256(layer)}]}
    body = json.dumps(manifest).encode()
    path = f"/v2/{REPOSITORY}/manifests/1.0"
    headers = {"Content-Type": "application/vnd.docker.distribution.manifest.v2+json"}
    put_blob(desk, config, sha256(config))
    assert error(ask(desk, "PUT", path, data=body, headers=headers)) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert error(ask(desk, "GET", path)) == (404, "MANIFEST_UNKNOWN")
    put_blob(desk, layer, sha256(layer))
    assert ask(desk, "PUT", path, data=body, headers=headers).headers["Docker-Content-Digest"] == sha256(body)
    for reference in ("1.0", sha256(body)):
        answer = ask(desk, "GET", f"/v2/{REPOSITORY}/manifests/{reference}")
        assert (answer.content, answer.headers["Content-Type"]) == (body, headers["Content-Type"])
    assert desk.catalog()["images"][f"{REPOSITORY}:1.0"] == sha256(body)
