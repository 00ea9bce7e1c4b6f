"""What the Docker daemon learns from a registry that requires a login for reading, as hosted ones do."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from registries import DIGEST, PASSWORD, REFERENCE, USER, serve_registry

from spcsmetrics.core.errors import UserError
from spcsmetrics.images.daemon import fetch_digest


@pytest.fixture
def registry() -> Iterator[str]:
    with serve_registry() as host:
        yield host


@pytest.fixture(autouse=True)
def logins(registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's logins, as docker login leaves them."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    log_in(tmp_path / "config.json", registry, PASSWORD)
    return tmp_path / "config.json"


def log_in(file: Path, registry: str, password: str) -> None:
    login = base64.b64encode(f"{USER}:{password}".encode()).decode()
    file.write_text(json.dumps({"auths": {registry: {"auth": login}}}))


def test_a_digest_is_read_with_the_login_of_the_user(registry: str) -> None:
    assert fetch_digest(f"{registry}/{REFERENCE}") == DIGEST


def test_without_a_login_the_sentence_says_how_to_get_one(registry: str, logins: Path) -> None:
    logins.unlink()
    with pytest.raises(UserError, match=f"registry {registry} does not let .* be read: log in with docker login"):
        fetch_digest(f"{registry}/{REFERENCE}")


def test_a_wrong_password_is_refused_and_not_repeated(registry: str, logins: Path) -> None:
    log_in(logins, registry, "another-password")
    with pytest.raises(UserError, match="log in with docker login") as refused:
        fetch_digest(f"{registry}/{REFERENCE}")
    assert "another-password" not in str(refused.value)


def test_a_tag_that_is_not_there_is_named(registry: str) -> None:
    with pytest.raises(UserError, match=rf"registry {registry} has no {registry}/acme/spcs-oss-otel:2: check the name"):
        fetch_digest(f"{registry}/acme/spcs-oss-otel:2")


def test_a_registry_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match=r"registry 127\.0\.0\.1:9 does not answer: check its name and the network"):
        fetch_digest("127.0.0.1:9/acme/otel:1")
