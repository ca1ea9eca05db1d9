"""Certificates for tests: an authority, and who it vouches for."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["write_certificates"]


def write_certificates(folder: Path, *, address: str) -> None:
    """An authority, ca.pem, and what it signed: for a server at an IP address cert.pem and key.pem, for
    somebody who asks it client.pem and client-key.pem, and old.pem with the same key, which has expired.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, name = _name("test authority"), _name("test server")
    ca = _builder(ca_name, ca_name, ca_key.public_key())
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    ca_certificate = ca.add_extension(usage, critical=True).sign(ca_key, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    certificate = _builder(name, ca_name, key.public_key()).add_extension(names, critical=False)
    signed = certificate.sign(ca_key, hashes.SHA256())
    client_key = ec.generate_private_key(ec.SECP256R1())
    client = _builder(_name("anna"), ca_name, client_key.public_key()).sign(ca_key, hashes.SHA256())
    old = _builder(_name("anna"), ca_name, client_key.public_key(), ended=True).sign(ca_key, hashes.SHA256())
    (folder / "old.pem").write_bytes(old.public_bytes(serialization.Encoding.PEM))
    (folder / "ca.pem").write_bytes(ca_certificate.public_bytes(serialization.Encoding.PEM))
    for name_, one, its_key in (("cert", signed, key), ("client", client, client_key)):
        (folder / f"{name_}.pem").write_bytes(one.public_bytes(serialization.Encoding.PEM))
        path = folder / ("key.pem" if name_ == "cert" else "client-key.pem")
        path.touch(mode=0o600)
        path.write_bytes(
            its_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, ended: bool = False
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer,
        subject,
        key,
        x509.random_serial_number(),
        now - timedelta(days=2),
        now + timedelta(days=-1 if ended else 1),
    )
