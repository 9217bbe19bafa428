"""A certificate of one's own for a local network, so that phones may use the field page offline (it needs HTTPS)."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from corridor.errors import UsageError

# Phones refuse a server's certificate that lasts longer than 825 days, whoever signed it.
SERVER_DAYS, TRUST_DAYS = 397, 1825


def local_names() -> tuple[str, ...]:
    """Return the names and addresses by which this machine may be reached on its own network."""
    host = socket.gethostname().lower()
    found = [host, f"{host.partition('.')[0]}.local", "localhost", "127.0.0.1"]
    # No packet is sent: connecting a datagram socket only asks the system which address it would use.
    for target in ("192.0.2.1", "198.51.100.1"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((target, 9))
                found.append(probe.getsockname()[0])
            except OSError:
                continue
    return tuple(dict.fromkeys(found))


def certificate(folder: Path, names: Sequence[str]) -> tuple[Path, Path, Path]:
    """Return (what phones trust, the server's certificate, its key), made where missing or made for other names.

    The key that signs is thrown away at once: whoever takes the laptop can sign nothing for other servers. Its
    certificate is limited to these names beside (RFC 5280, section 4.2.1.10), so that it vouches for this server only.
    """
    trust, cert, key = folder / "trust.pem", folder / "server.pem", folder / "server.key"
    if all(path.is_file() for path in (trust, cert, key)) and _fits(cert, names):
        return trust, cert, key
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC) - timedelta(hours=1)
    signing, serving = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Corridor on {names[0]}"[:64])])
    alternatives = [_general(name) for name in names]
    root = (
        x509.CertificateBuilder()
        .subject_name(issuer)
        .issuer_name(issuer)
        .public_key(signing.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=TRUST_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs(), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=[_subtree(name) for name in names], excluded_subtrees=None),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .issuer_name(issuer)
        .public_key(serving.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=SERVER_DAYS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    _write(trust, root.public_bytes(Encoding.PEM), 0o644)
    _write(cert, leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM), 0o644)
    _write(key, serving.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    return trust, cert, key


def _fits(cert: Path, names: Sequence[str]) -> bool:
    """Return whether a certificate is for these names and good for another week."""
    try:
        held = x509.load_pem_x509_certificate(cert.read_bytes())
        said = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    known = {str(name.value) for name in said}
    return set(names) <= known and held.not_valid_after_utc > datetime.now(UTC) + timedelta(days=7)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _subtree(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def _signs() -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    off = dict.fromkeys((*names, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **off)


def _write(path: Path, data: bytes, mode: int) -> None:
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
    except OSError as error:
        hint = "name a folder with the right to write"
        raise UsageError(f"cannot be written: {error.strerror}", place=str(path), hint=hint) from None
