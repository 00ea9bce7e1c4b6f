"""What is asked of a registry with the logins of docker login, and what is said where it does not answer."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from registries import DIGEST, PASSWORD, REFERENCE, USER, serve_registry

from spcsmetrics.core.errors import UserError
from spcsmetrics.images.registry import Manifest, Repository, fetch_digest, open_repository


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


def test_an_access_token_in_place_of_a_password_is_traded_in(registry: str, logins: Path) -> None:
    # As docker login leaves it where the registry gives tokens.
    login = base64.b64encode(f"{USER}:".encode()).decode()
    logins.write_text(json.dumps({"auths": {registry: {"auth": login, "identitytoken": PASSWORD}}}))
    assert fetch_digest(f"{registry}/{REFERENCE}") == DIGEST


def test_a_credential_helper_that_is_missing_is_one_sentence(registry: str, logins: Path) -> None:
    logins.write_text(json.dumps({"credHelpers": {registry: "nowhere"}}))
    with pytest.raises(UserError, match=r"the login for .* cannot be read: run docker login again"):
        fetch_digest(f"{registry}/{REFERENCE}")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("prom/prometheus", "https://registry-1.docker.io/v2/prom/prometheus/"),
        ("docker.io/acme/otel", "https://registry-1.docker.io/v2/acme/otel/"),
        ("python", "https://registry-1.docker.io/v2/library/python/"),
        ("localhost:5000/acme/otel", "http://localhost:5000/v2/acme/otel/"),
        ("mirror.example.com/hub/prom/prometheus", "https://mirror.example.com/v2/hub/prom/prometheus/"),
    ],
)
def test_a_name_is_looked_for_where_docker_would(name: str, address: str) -> None:
    assert open_repository(f"{name}:1")[0].url == address


def test_an_index_without_the_platform_that_runs_is_refused(registry: str) -> None:
    repository = Repository(f"{registry}/{REFERENCE.partition(':')[0]}")
    found = repository.get("1.0.0")
    arm = Manifest(digest=found.digest, kind=found.kind, body=found.body.replace(b"amd64", b"riscv"))
    with pytest.raises(UserError, match="has no image for linux/amd64"):
        repository.image(arm)
