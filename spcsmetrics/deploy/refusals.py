"""What the account refuses, as one sentence with what to do."""

import re

from spcsmetrics.core.errors import UserError


class RefusedError(UserError):
    """A statement or a login that the account refused; code is Snowflake's number."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


UNKNOWN_ROLE = 390189
# By Snowflake's number. Sources: the SQL REST API's reference, snowflake/connector/errorcode.py, and for 2003 and 3001
# countless reports.
_BY_NUMBER = {
    2003: "it does not exist, or the role may not see it: check the name in the settings, or let an administrator run"
    " what ./inv grants prints",
    3001: "the role lacks a privilege: let an administrator run what ./inv grants prints",
    250001: "the account cannot be reached: check account and host of the connection, and the network",
    251001: "the connection lacks an account: set account in connections.toml",
    251005: "the connection lacks a user: set user in connections.toml",
    390100: "user or password is wrong: check the connection",
    390144: "the key is not the user's: set RSA_PUBLIC_KEY of the user, or private_key_file of the connection",
    UNKNOWN_ROLE: "the role does not exist or is not granted to the user: check role in the settings and the"
    " connection, or let an administrator run what ./inv grants prints",
    390303: "the token is not valid: make a new one and put it where the connection reads it",
    390318: "the token has expired: make a new one and put it where the connection reads it",
    250003: "the account cannot be reached: check account and host of the connection (write the host without scheme and"
    " path), and the network",
    251006: "the connection lacks a password: set password, or another authenticator, in connections.toml",
    251007: "the driver does not take a value of the connection, such as its authenticator: mend connections.toml",
    390422: "a network policy keeps this address out: ask an administrator to add it",
    394400: "the programmatic access token is not valid: make a new one and put it where the connection reads it",
}
# By words of the message, where no document gives a number.
_BY_WORDS = (
    (r"(?i)block (storage )?volume", "a volume cannot be changed: take ./inv backup, ./inv undeploy, and deploy anew"),
    (r"(?i)amd64", "images are for linux/amd64 alone: build them so (./inv build), and run ./inv deploy"),
    (r"(?i)quoted names", "write names of letters, digits and _ in the settings"),
    (r"(?i)privileged role", "let an administrator run what ./inv grants prints, and set role to what it creates"),
    (r"(?i)is suspended", "let who operates the pool run ALTER COMPUTE POOL ... RESUME"),
    (r"(?i)instance family", "the family is not offered here: set pool_family to one that is"),
    (r"(?i)invalid spec", "the specification is not taken: read the message and deploy/service.yaml"),
    (r"(?i)image", "an image cannot be had: run ./inv deploy without --pushed"),
)
_NO_ADVICE = "the message says why; docs/troubleshooting.md lists known ones"
_SECRETS = re.compile(r"(?i)(token|password|secret|authorization)(\"?\s*[:=]\s*\"?)[^\s\",;]+")

# What a statement puts into a secret, and a key or certificate wherever it stands, cut off or not.
_HELD = re.compile(r"(?i)(?<=SECRET_STRING)\s*=\s*'[^']*'?|-----BEGIN [A-Z ]+-----.*?(-----END [A-Z ]+-----|$)")


def explain(what: str, code: int, message: str) -> RefusedError:
    """Return the sentence for an error: what was tried, what the account says, and what to do."""
    said = mask(message)
    said = re.sub(r"^(\(\d+\): )?([0-9a-f-]{36}: )?(\d{6} \(\w+\): )?", "", said)[:400].rstrip(".")
    remedy = _BY_NUMBER.get(code) or next((advice for words, advice in _BY_WORDS if re.search(words, said)), _NO_ADVICE)
    return RefusedError(f"{what}: the account says: {said} ({code}); {remedy}", code)


def describe(sql: str) -> str:
    """Return the beginning of a statement, without a specification and without what a secret holds."""
    return " ".join(re.split(r"\$\$|SECRET_STRING", sql, maxsplit=1)[0].split())[:80]


def mask(message: str) -> str:
    """Return a message on one line without the secrets that it repeats."""
    plain = _HELD.sub("***", " ".join(message.split()))
    return _SECRETS.sub(r"\1\2***", plain)[:400]
