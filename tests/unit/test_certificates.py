"""Certificates of one generation: they let each other in and nobody else, and their secrets are found again."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spcsmetrics.deploy import certificates
from spcsmetrics.deploy.authority import make_certificates
from spcsmetrics.deploy.certificates import HIDDEN, PARTS, SERVER_NAME, VALID, Generation
from spcsmetrics.deploy.rows import Secret
from spcsmetrics.deploy.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
SETTINGS = Settings(shards=2)
GENERATION = Generation(number=int((NOW + VALID).timestamp()))


@pytest.fixture(scope="module")
def parts() -> Mapping[str, str]:
    return make_certificates(GENERATION, NOW)


def context(folder: Path, parts: Mapping[str, str], side: str, trusted: str) -> ssl.SSLContext:
    files = {}
    for name, text in {"cert": parts[f"{side}_CERT"], "key": parts[f"{side}_KEY"]}.items():
        files[name] = folder / f"{side}-{name}"
        files[name].write_text(text)
    protocol = ssl.PROTOCOL_TLS_SERVER if side == "SERVER" else ssl.PROTOCOL_TLS_CLIENT
    made = ssl.SSLContext(protocol)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_cert_chain(files["cert"], files["key"])
    made.load_verify_locations(cadata=trusted)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def shake(server: ssl.SSLContext, client: ssl.SSLContext, name: str = SERVER_NAME) -> None:
    """Let both sides shake hands in memory. Raises SSLError."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [server.wrap_bio(up, down, server_side=True), client.wrap_bio(down, up, server_hostname=name)]
    for _ in range(6):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    sides[1].write(b"x")
    assert sides[0].read() == b"x"


def test_both_sides_let_each_other_in(tmp_path: Path, parts: Mapping[str, str]) -> None:
    shake(context(tmp_path, parts, "SERVER", parts["CA"]), context(tmp_path, parts, "CLIENT", parts["CA"]))


@pytest.mark.parametrize("side", ["SERVER", "CLIENT"])
def test_certificates_of_another_generation_are_refused(tmp_path: Path, parts: Mapping[str, str], side: str) -> None:
    foreign = make_certificates(GENERATION, NOW)
    mixed = {"SERVER": parts, "CLIENT": parts, side: foreign}
    with pytest.raises(ssl.SSLError):
        shake(
            context(tmp_path, mixed["SERVER"], "SERVER", parts["CA"]),
            context(tmp_path, mixed["CLIENT"], "CLIENT", parts["CA"]),
        )


def test_a_shard_of_another_name_and_a_view_that_would_be_a_shard_are_refused(
    tmp_path: Path, parts: Mapping[str, str]
) -> None:
    server, client = (context(tmp_path, parts, one, parts["CA"]) for one in ("SERVER", "CLIENT"))
    with pytest.raises(ssl.SSLError, match="Hostname mismatch"):
        shake(server, client, "other.internal")
    swapped = {**parts, "SERVER_CERT": parts["CLIENT_CERT"], "SERVER_KEY": parts["CLIENT_KEY"]}
    with pytest.raises(ssl.SSLError):
        shake(context(tmp_path, swapped, "SERVER", parts["CA"]), client, "view.spcs-metrics.internal")


def rows(generation: Generation, parts: tuple[str, ...] = PARTS, settings: Settings = SETTINGS) -> list[Secret]:
    return [
        Secret(
            name=generation.secret(settings, part).rpartition(".")[2],
            comment=generation.creation_sql(settings, part).split("COMMENT = ")[1].strip("'"),
        )
        for part in parts
    ]


def test_a_generation_is_found_by_the_comments_of_its_secrets() -> None:
    others = [*rows(GENERATION, settings=Settings(service="OTHER")), Secret(name="SPCS_METRICS_TLS_1_CA", comment="x")]
    (found,) = certificates.read_generations([*rows(GENERATION), *others], SETTINGS)
    assert (found.number, found.complete) == (GENERATION.number, True)
    assert found.end == NOW + VALID


def test_one_that_is_incomplete_is_never_used_and_one_that_ends_soon_is_replaced() -> None:
    half = certificates.read_generations(rows(GENERATION, PARTS[:3]), SETTINGS)
    assert certificates.choose(half, NOW + timedelta(days=1), renew=False).number != GENERATION.number
    whole = certificates.read_generations(rows(GENERATION), SETTINGS)
    assert certificates.choose(whole, NOW + timedelta(days=600), renew=False).number == GENERATION.number
    assert certificates.choose(whole, NOW + timedelta(days=660), renew=False).number != GENERATION.number
    assert certificates.choose(whole, NOW + timedelta(days=1), renew=True).number != GENERATION.number
    for there in (half, whole):
        second = there[0].end - certificates.VALID
        assert certificates.choose(there, second, renew=True).number == there[0].number + 1, "within one second"


def test_a_statement_shows_stars_in_the_place_of_what_a_secret_holds() -> None:
    for part in PARTS:
        sql = GENERATION.creation_sql(SETTINGS, part)
        assert sql.count(HIDDEN) == 1
        assert "BEGIN" not in sql
