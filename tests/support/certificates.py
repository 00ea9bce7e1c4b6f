"""Authorities and what they sign, as files in the folders in which a container has its secrets."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SERVER_NAME = "shard.example"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(folder: Path, part: str, text: bytes) -> None:
    (folder / part).mkdir(parents=True)
    (folder / part / "secret_string").write_bytes(text)


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form)


def _sign(subject: str, key: ec.EllipticCurvePublicKey, by: str, signer: ec.EllipticCurvePrivateKey) -> bytes:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(by))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=subject == by, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def write_certificates(folder: Path, authority: str = "authority") -> Path:
    """Write an authority's certificate, and one with its key for a server and for a client, and return the folder."""
    root = ec.generate_private_key(ec.SECP256R1())
    _write(folder, "ca", _sign(authority, root.public_key(), authority, root))
    for part, subject in (("server", SERVER_NAME), ("client", "view.example")):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(folder, f"{part}-cert", _sign(subject, key.public_key(), authority, root))
        _write(folder, f"{part}-key", _key_text(key))
    return folder
