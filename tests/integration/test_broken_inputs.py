"""Sixty broken inputs from outside: each ends in one sentence that names what to mend, and in no traceback."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from accounts import SETTINGS, Desk, open_desk
from liars import answer
from spoiling import (
    Bench,
    Prepare,
    connection,
    connections,
    docker,
    dying_docker,
    fault,
    folder_for,
    for_arm,
    given,
    key_pair,
    lying_account,
    lying_docker,
    make_key,
    nothing,
    port,
    seconds,
    settings,
    token_file,
)
from zygote import Zygote, open_zygote

PLAN = ("--dry", "deploy", "--pushed")
DEPLOY = ("deploy", "--pushed", "--timeout=5")
PUSH = ("deploy", "--timeout=5")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Zygote]]:
    with open_desk(tmp_path_factory.mktemp("desk")) as desk, open_zygote(desk.folder) as zygote:
        desk.grant()
        yield desk, zygote


@pytest.fixture
def bench(room: tuple[Desk, Zygote]) -> Iterator[Bench]:
    desk, zygote = room
    for name in ("connections.toml", "deploy.toml"):
        if (desk.folder / name).is_dir():
            (desk.folder / name).rmdir()
    desk.write_settings(SETTINGS)
    desk.write_connection(desk.token)
    with ExitStack() as stack:
        yield Bench(desk, zygote, stack)
    desk.admin("PUT", "/faults/driver", {"fault": None})
    desk.admin("PUT", "/faults/services", {"fault": None})


ELSEWHERE = "connections.toml"
BROKEN_HEAD = b"HTTP/1.1 500 Oh\r\nContent-Type: text/html\r\n"
CASES: list[tuple[str, tuple[str, ...], Prepare, str]] = [
    ("no connections", ("status",), lambda bench: (bench.folder / ELSEWHERE).unlink(), "add [default] with account"),
    ("empty connections", ("status",), connections(""), "the connection default is missing"),
    ("not TOML", ("status",), connections("[default\n"), "it is not TOML (Expected"),
    (
        "unquoted token",
        ("status",),
        connections("[default]\ntoken = abc\n"),
        "it is not TOML (Invalid value (at line 2",
    ),
    ("Latin-1", ("status",), connections("# Schl\xfcssel\n[default]\n".encode("latin-1")), "it is not TOML ('utf-8'"),
    ("binary connections", ("status",), connections(b"\x00\x01\x02"), "it is not TOML"),
    ("a folder for connections", ("status",), folder_for("connections.toml"), "mend "),
    ("a scalar for a connection", ("status",), connections("default = 'x'\n"), "connection default is not a table"),
    ("a list for a connection", ("status",), connections("default = [1]\n"), "connection default is not a table"),
    ("one level too deep", ("status",), connections("[connections.default]\naccount='x'\n"), "one level too deep"),
    ("a key twice", ("status",), connections("[default]\nuser='a'\nuser='b'\n"), "it is not TOML"),
    ("no account", ("status",), connections("[default]\nuser='a'\npassword='b'\n"), "account"),
    ("no user", ("status",), connections("[default]\naccount='a'\npassword='b'\n"), "set user in connections.toml"),
    ("an account that is a number", ("status",), connections("[default]\naccount=5\nuser='x'\n"), "connections.toml"),
    (
        "a port that is a word",
        ("status",),
        port("'x'"),
        "default connection",
    ),
    ("unknown authenticator", ("status",), connection(authenticator="PIGEON"), "mend connections.toml"),
    (
        "empty password",
        ("status",),
        connection(authenticator="snowflake", password=""),
        "set password, or another auth",
    ),
    ("a scheme in the host", ("status",), connection(host="https://127.0.0.1"), "write it without scheme and path"),
    ("a host that is nowhere", ("status",), connection(host="nowhere.invalid"), "check account and host"),
    ("an endless port", ("status",), port("inf"), "default connection"),
    (
        "more seconds than there are",
        ("status",),
        seconds("socket_timeout = 99999999999999999999"),
        "default connection",
    ),
    ("a driver that examines itself", ("status",), seconds("enable_connection_diag = true"), "does not see a service"),
    (
        "a key file that ends early",
        ("status",),
        key_pair("a\\u0000b"),
        "private_key_file has a character that cannot be",
    ),
    ("a token file on two lines", ("status",), connection(token_file_path="a\\nb"), "token_file_path has a character"),
    ("a token on two lines", ("status",), given("hush\\nhush"), "token has a character that cannot be seen"),
    ("wrong token", ("status",), given("not-it"), "the token is not valid"),
    ("a token of other letters", ("status",), given("\u00fc\u2603"), "default connection"),
    ("no key", ("status",), key_pair("none.p8"), "private_key_file"),
    ("a key that is a word", ("status",), key_pair(content=b"hello"), "private_key_file"),
    ("an empty key", ("status",), key_pair(content=b""), "private_key_file"),
    ("a locked key", ("status",), key_pair(content=make_key(b"p")), "private_key_file_pwd"),
    ("a wrong passphrase", ("status",), key_pair(content=make_key(b"p"), private_key_file_pwd="q"), "_pwd"),
    ("another key", ("status",), key_pair(content=make_key()), "default connection"),
    ("a folder for a key", ("status",), key_pair("run"), "private_key_file"),
    ("no key file", ("status",), connection(authenticator="SNOWFLAKE_JWT"), "default connection"),
    (
        "no token file",
        ("status",),
        connection(token_file_path="/nowhere/token"),
        "token_file_path /nowhere/token cannot",
    ),
    ("the account answers a page", ("status",), lying_account(answer(b"<html>")), "default connection"),
    ("the account answers a list", ("status",), lying_account(answer(b"[]")), "default connection"),
    ("the account answers 500", ("status",), lying_account(answer(b"<html>", BROKEN_HEAD)), "default connection"),
    ("the account hangs up", ("status",), lying_account(b""), "default connection"),
    ("an expired token", ("status",), fault("driver", "expired-token"), "the token has expired"),
    ("cut off at once", DEPLOY, fault("driver", "cut"), "SELECT CURRENT_ROLE"),
    ("cut off later", DEPLOY, fault("driver", "cut", 4), "the account says"),
    ("an odd refusal", ("grant-viewer", "NOBODY"), fault("driver", "odd-message"), "the role does not see a service"),
    ("settings that are not TOML", PLAN, settings("role ="), "deploy.toml is not TOML"),
    (
        "a folder for settings",
        PLAN,
        folder_for("deploy.toml"),
        "deploy.toml is a folder: name a file, or move the folder away",
    ),
    ("binary settings", PLAN, settings(b"\xff\xfe\x00"), "deploy.toml is not UTF-8: save it in that encoding"),
    ("a date for a number", PLAN, settings("retention_days = 1979-05-27"), "retention_days is datetime.date"),
    ("infinite retention", PLAN, settings("retention_days = inf"), "retention_days is inf"),
    ("a list of lists", PLAN, settings("viewers = [[]]"), "viewers is []: write a text in quotes"),
    ("a table for a name", PLAN, settings("[database]\nname = 'x'"), "database is {'name': 'x'}"),
    ("a control character", PLAN, settings('service = "a\\u001b[31m"'), "service is 'a\\x1b[31m'"),
    ("an empty pool", PLAN, settings('pools = [""]'), "pools is ''"),
    ("a secret without a schema", PLAN, settings('[secrets]\nX = "Y"'), "is not a secret's full name: write DATABASE."),
    ("an unknown connection", ("status",), settings('connection = "there"'), "the connection there is missing"),
    ("an expression with a hole", PLAN, settings('event_table_metrics = "("'), "not an RE2 expression"),
    ("an address of 33 bits", PLAN, settings('ingress_addresses = ["10.0.0.0/33"]'), "ingress_addresses"),
    ("a folder of a token", PUSH, token_file("folder"), "registry_token_file"),
    ("a binary token", PUSH, token_file("binary"), "registry_token_file"),
    ("an empty token", PUSH, token_file("empty"), "is empty: write a programmatic access token into it"),
    ("an absent token", PUSH, token_file("absent"), "cannot be read: No such file"),
    ("an image for arm64", PUSH, for_arm, "is for linux/arm64, and Snowpark Container Services run linux/amd64 alone"),
    ("Docker at no address", PUSH, docker(DOCKER_HOST="what is this"), "no Docker daemon answers"),
    ("Docker at a closed port", PUSH, docker(DOCKER_HOST="tcp://127.0.0.1:9"), "no Docker daemon answers"),
    ("Docker over an unknown scheme", PUSH, docker(DOCKER_HOST="pigeon://x"), "no Docker daemon answers"),
    (
        "Docker without its certificates",
        PUSH,
        docker(DOCKER_HOST="tcp://127.0.0.1:9", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH="/nowhere"),
        "no Docker daemon answers",
    ),
    ("Docker that answers a page", PUSH, lying_docker(answer(b"<html>")), "Docker daemon"),
    ("Docker that answers a list", PUSH, lying_docker(answer(b"[]")), "Docker daemon"),
    ("Docker that hangs up", PUSH, lying_docker(b""), "Docker daemon"),
    ("Docker that dies in a push", PUSH, dying_docker, "the Docker daemon broke off ("),
    ("Docker that answers 500", PUSH, lying_docker(answer(b"{}", BROKEN_HEAD)), "Docker daemon"),
    ("a word for seconds", ("deploy", "--timeout=abc"), nothing, "--timeout takes a whole number"),
    ("a word for lines", ("logs", "otel", "--lines=abc"), nothing, "--lines takes a whole number"),
    ("markup for a container", ("logs", "[/x]"), nothing, "the container '[/x]' does not exist"),
    ("no name for a role", ("grant-viewer", ""), nothing, "the role is ''"),
]


@pytest.mark.parametrize(
    ("words", "prepare", "sentence"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_it_ends_in_one_sentence(bench: Bench, words: tuple[str, ...], prepare: Prepare, sentence: str) -> None:
    prepare(bench)
    path = ("--settings", str(bench.folder / "deploy.toml"))
    done = bench.zygote.run(*words, *path, env={"PATH": "/usr/bin", "DOCKER_HOST": "", **bench.env})
    bench.desk.printed.append(done.out + done.err)
    assert done.code in (1, 2), done.err
    printed = done.out + done.err
    assert "Traceback" not in printed
    last = [line for line in done.err.splitlines() if line.startswith("inv: ")]
    assert len(last) == 1, done.err
    assert sentence in last[0]
    assert "\x1b" not in printed
    assert not any(character < " " and character != "\n" for character in printed)


def test_there_are_sixty_of_them() -> None:
    assert len(CASES) >= 60
    assert len({name for name, *_ in CASES}) == len(CASES)


@pytest.mark.parametrize("words", [("undeploy", "--force"), ("restore", "SAVED")])
def test_a_question_that_nobody_can_answer_is_answered_with_no(bench: Bench, words: tuple[str, ...]) -> None:
    path = ("--settings", str(bench.folder / "deploy.toml"))
    assert bench.zygote.run("deploy", "--pushed", "--timeout=15", *path).code == 0
    if words[0] == "restore":
        words = ("restore", bench.zygote.run("backup", *path).out.strip())
    done = bench.zygote.run(*words, *path)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "answer y, or add --yes where nobody can answer" in done.err


def test_odd_messages_of_a_service_are_shown_as_they_are(bench: Bench) -> None:
    path = ("--settings", str(bench.folder / "deploy.toml"))
    bench.desk.admin("PUT", "/faults/services", {"fault": "odd-message"})
    assert bench.zygote.run("deploy", "--pushed", "--timeout=15", *path).code == 0
    done = bench.zygote.run("status", *path)
    assert (done.code, "Traceback" in done.err, "\x1b" in done.err) == (0, False, False)
    assert "[/bin/launcher]" in done.err
    assert "[bold]" in done.err
