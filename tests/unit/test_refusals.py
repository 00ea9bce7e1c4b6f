"""What the account refuses becomes one sentence: what was tried, what it says, what to do, and no secret."""

import pytest

from spcsmetrics.deploy.refusals import describe, explain


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        (
            3001,
            "SQL access control error:\nInsufficient privileges",
            "let an administrator run what ./inv grants prints",
        ),
        (
            250003,
            "Failed to execute request",
            "check account and host of the connection (write the host without scheme and path)",
        ),
        (251006, "Password is empty", "set password, or another authenticator, in connections.toml"),
        (
            251007,
            "Unknown authenticator",
            "the driver does not take a value of the connection, such as its authenticator",
        ),
        (390318, "OAuth access token expired.", "the token has expired: make a new one"),
        (395999, "Invalid spec: unknown option 'container'", "read the message and deploy/service.yaml"),
        (395999, "Block storage volumes cannot be altered.", "./inv backup, ./inv undeploy, and deploy anew"),
        (395999, "Failed to retrieve image /a/b/c/d:1", "run ./inv deploy without --pushed"),
        (1, "Something else.", "docs/troubleshooting.md lists known ones"),
    ],
)
def test_a_known_refusal_gets_its_advice(code: int, message: str, advice: str) -> None:
    sentence = str(explain("CREATE SERVICE X", code, message))
    assert sentence.startswith("CREATE SERVICE X: the account says: ")
    assert advice in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("said", ["token=abc123", 'password: "abc123"', '{"secret":"abc123"}', "Authorization: abc123"])
def test_a_secret_in_a_message_is_not_repeated(said: str) -> None:
    assert "abc123" not in str(explain("The default connection", 1, f"failed with {said}"))


PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "said",
    [
        f"unexpected: CREATE SECRET X TYPE = GENERIC_STRING SECRET_STRING = '{PEM}' COMMENT",
        f"unexpected: SECRET_STRING = '{PEM[:40]}",
        f"near {PEM[:40]}",
        f"near {PEM}",
    ],
)
def test_a_key_in_a_message_is_not_repeated_cut_off_or_not(said: str) -> None:
    sentence = str(explain("CREATE SECRET X", 1003, said))
    assert "MIG" not in sentence
    assert "BEGIN" not in sentence


def test_a_statement_is_named_without_what_it_puts_into_a_secret() -> None:
    sql = f"CREATE SECRET IF NOT EXISTS D.S.X\n  TYPE = GENERIC_STRING SECRET_STRING = '{PEM}'"
    assert describe(sql) == "CREATE SECRET IF NOT EXISTS D.S.X TYPE = GENERIC_STRING"
    assert describe("ALTER SERVICE X FROM SPECIFICATION $$\n{}\n$$") == "ALTER SERVICE X FROM SPECIFICATION"


def test_what_the_driver_puts_before_a_message_is_left_out() -> None:
    message = "(1304): 05455053-68a4-4cdd-839c-996c8a61bf3d: 003001 (42501): SQL access control error"
    assert "says: SQL access control error (3001)" in str(explain("X", 3001, message))
