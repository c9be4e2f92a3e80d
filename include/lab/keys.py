"""Which keys and certificates does a lab use, and how are they made?

They are made once and kept with the lab's state, so that a restarted server is the same server to
its clients. A small authority signs the mail server's certificate; clients trust it when
SSL_CERT_FILE names `ca.pem`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.files import write_private

if TYPE_CHECKING:
    from pathlib import Path

# Longer than any state folder should live; browsers' limits do not matter here.
_LIFETIME = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class LabKeys:
    """The files of a lab's `keys` folder."""

    folder: Path

    @property
    def host(self) -> Path:
        """Host key of the host's SSH server."""
        return self.folder / "host_ed25519"

    @property
    def store(self) -> Path:
        """Host key of the store's SSH server."""
        return self.folder / "store_ed25519"

    @property
    def client(self) -> Path:
        """What the SSH user logs in to the host with."""
        return self.folder / "client_ed25519"

    @property
    def ca(self) -> Path:
        """The authority's certificate: what SSL_CERT_FILE should name."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        """The mail server's certificate, and its key beside it."""
        return self.folder / "server.pem"

    @property
    def certificate_key(self) -> Path:
        return self.folder / "server.key"

    def make(self) -> None:
        """Make what is missing."""
        for path in (self.host, self.store, self.client):
            if not path.exists():
                _make_ssh_key(path)
        if not self.certificate.exists():
            self._make_certificates()

    def public(self, path: Path) -> str:
        """Given an SSH key's file, return its public half as `ssh-ed25519 AAAA...`."""
        return " ".join(path.with_suffix(".pub").read_text(encoding="ascii").split()[:2])

    def _make_certificates(self) -> None:
        ca_key = ec.generate_private_key(ec.SECP256R1())
        ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lab authority")])
        ca = _build_ca(ca_key, ca_name)
        server_key = ec.generate_private_key(ec.SECP256R1())
        certificate = _build_server(server_key, ca_key, ca_name)
        write_private(self.ca, ca.public_bytes(serialization.Encoding.PEM))
        write_private(self.certificate_key, _pem(server_key))
        write_private(self.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _make_ssh_key(path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519", comment=f"lab {path.name}")
    write_private(path.with_suffix(".pub"), key.export_public_key())
    write_private(path, key.export_private_key())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _dated(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    # A day back, so that a client whose clock is behind still accepts it.
    start = datetime.now(tz=UTC) - timedelta(days=1)
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _LIFETIME)
    )


def _build_ca(key: ec.EllipticCurvePrivateKey, name: x509.Name) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _dated(x509.CertificateBuilder().subject_name(name).issuer_name(name))
    return (
        builder.public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _build_server(
    key: ec.EllipticCurvePrivateKey, ca_key: ec.EllipticCurvePrivateKey, ca_name: x509.Name
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    addresses: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    # Python 3.13 checks strictly: without the authority's key identifier it refuses the chain.
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = _dated(x509.CertificateBuilder().subject_name(name).issuer_name(ca_name))
    return (
        builder.public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(authority, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
