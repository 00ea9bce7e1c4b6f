"""How the account's one user proves who asks: the files of a session folder, and the check of what they give.

Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating
"""

import base64
import hashlib
import secrets
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.privileges import ADMINISTRATOR, ROLE, USER


class Credentials:
    """A session token, a programmatic access token and a key pair, each in a file of the folder."""

    def __init__(self, folder: Path, host: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._token_file = folder / "token"
        self.rotate()
        self._programmatic = secrets.token_urlsafe(32)
        (folder / "programmatic_token").write_text(self._programmatic)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "rsa_key.p8").write_bytes(key.private_bytes(*pem))
        self._key = key.public_key()
        der = self._key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        fingerprint = base64.b64encode(hashlib.sha256(der).digest()).decode()
        self._subject = f"{host.partition('.')[0].upper()}.{USER}"
        self._issuer = f"{self._subject}.SHA256:{fingerprint}"

    def write_connections(self, host: str, port: int) -> None:
        """Write connections.toml for the drivers' port: the metrics role as default, and one as administrator."""
        file = self._token_file.with_name("connections.toml")
        file.touch(mode=0o600)
        values = {
            "account": "simulated",
            "host": host,
            "protocol": "http",
            "user": USER,
            "authenticator": "PROGRAMMATIC_ACCESS_TOKEN",
            "token": self._programmatic,
        }
        login = "".join(f'{key} = "{value}"\n' for key, value in values.items())
        sections = (("default", ROLE), ("administrator", ADMINISTRATOR))
        file.write_text("".join(f'[{name}]\n{login}port = {port}\nrole = "{role}"\n\n' for name, role in sections))

    def rotate(self) -> None:
        """Replace the session token: the old one is refused from now on."""
        self._token = secrets.token_urlsafe(32)
        fresh = self._token_file.with_suffix(".new")
        fresh.write_text(self._token)
        fresh.replace(self._token_file)

    def accept(self, kind: str, token: str) -> bool:
        """Return whether a token of this type is the user's."""
        if kind == "KEYPAIR_JWT":
            return self._accept_signed(token)
        known = {"OAUTH": self._token, "PROGRAMMATIC_ACCESS_TOKEN": self._programmatic}
        return kind in known and secrets.compare_digest(known[kind], token)

    def _accept_signed(self, token: str) -> bool:
        try:
            claims = jwt.decode(token, self._key, algorithms=["RS256"], issuer=self._issuer)
        except jwt.InvalidTokenError:
            return False
        return bool(claims.get("sub") == self._subject)
