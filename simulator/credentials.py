"""How the account's users prove who asks: the files of a session folder, and the check of what they give.

Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating
"""

import base64
import hashlib
import secrets
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.privileges import ADMINISTRATOR, COLLEAGUE, DEPLOYER, ROLE, USER


class Credentials:
    """A session token, a programmatic access token and a key pair, each in a file of the folder."""

    def __init__(self, folder: Path, host: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._token_file = folder / "token"
        self.rotate()
        self._programmatic = secrets.token_urlsafe(32)
        (folder / "programmatic_token").write_text(self._programmatic)
        self._colleagues = secrets.token_urlsafe(32)
        (folder / "colleague_token").write_text(self._colleagues)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "rsa_key.p8").write_bytes(key.private_bytes(*pem))
        self._key = key.public_key()
        der = self._key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        fingerprint = base64.b64encode(hashlib.sha256(der).digest()).decode()
        self._subject = f"{host.partition('.')[0].upper()}.{USER}"
        self._issuer = f"{self._subject}.SHA256:{fingerprint}"

    def write_connections(self, host: str, port: int) -> None:
        """Write connections.toml for the drivers' port.

        The default is the metrics role; administrator has the role that may do everything but own a service, deployer
        one that may create all that a deployment needs; colleague is another user with the metrics role.
        """
        file = self._token_file.with_name("connections.toml")
        file.touch(mode=0o600)
        way = {"account": "simulated", "host": host, "protocol": "http", "authenticator": "PROGRAMMATIC_ACCESS_TOKEN"}
        mine = {**way, "user": USER, "token": self._programmatic}
        sections = {
            "default": {**mine, "role": ROLE},
            "administrator": {**mine, "role": ADMINISTRATOR},
            "deployer": {**mine, "role": DEPLOYER},
            "colleague": {**way, "user": COLLEAGUE, "token": self._colleagues, "role": ROLE},
        }
        text = ""
        for name, values in sections.items():
            text += f"[{name}]\nport = {port}\n"
            text += "".join(f'{key} = "{value}"\n' for key, value in values.items()) + "\n"
        file.write_text(text)

    def rotate(self) -> None:
        """Replace the session token: the old one is refused from now on."""
        self._token = secrets.token_urlsafe(32)
        fresh = self._token_file.with_suffix(".new")
        fresh.write_text(self._token)
        fresh.replace(self._token_file)

    def accept(self, kind: str, token: str) -> bool:
        """Return whether a token of this type is a user's."""
        return self.identify(kind, token) is not None

    def identify(self, kind: str, token: str) -> str | None:
        """Return whose a token of this type is, or None where it is nobody's."""
        if kind == "KEYPAIR_JWT":
            return USER if self._accept_signed(token) else None
        known = (
            ("OAUTH", self._token, USER),
            ("PROGRAMMATIC_ACCESS_TOKEN", self._programmatic, USER),
            ("PROGRAMMATIC_ACCESS_TOKEN", self._colleagues, COLLEAGUE),
        )
        given = token.encode()
        return next(
            (who for way, own, who in known if way == kind and secrets.compare_digest(own.encode(), given)), None
        )

    def _accept_signed(self, token: str) -> bool:
        try:
            claims = jwt.decode(token, self._key, algorithms=["RS256"], issuer=self._issuer)
        except jwt.InvalidTokenError:
            return False
        return bool(claims.get("sub") == self._subject)
