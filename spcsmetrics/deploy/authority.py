"""An authority that signs the certificates of one generation, and is forgotten. Needs the group deploy."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from spcsmetrics.deploy.certificates import SERVER_NAME, Generation

_CLIENT_NAME = "view.spcs-metrics.internal"
# Clocks of two machines differ.
_BEFORE = timedelta(hours=1)


def make_certificates(generation: Generation, now: datetime) -> Mapping[str, str]:
    """Return each part of a generation as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("SPCS user metrics")
    authority = (
        _build(name, name, key, now, generation.end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    server, client = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    signed = [
        _build(name, _name(host), leaf, now, generation.end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(key, hashes.SHA256())
        for leaf, host, usage in (
            (server, SERVER_NAME, ExtendedKeyUsageOID.SERVER_AUTH),
            (client, _CLIENT_NAME, ExtendedKeyUsageOID.CLIENT_AUTH),
        )
    ]
    certificates = (authority, *signed)
    ca, server_cert, client_cert = (one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)
    return {
        "CA": ca,
        "SERVER_CERT": server_cert,
        "SERVER_KEY": _write(server),
        "CLIENT_CERT": client_cert,
        "CLIENT_KEY": _write(client),
    }


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _build(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(end)
    )


def _write(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
