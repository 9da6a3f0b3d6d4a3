"""What a node's entry says of the key of its own server: the pins that peers accept where it is not in the web PKI."""

from pathlib import Path

from cryptography import x509

from handover.adapters import files
from handover.adapters.connections import key_digest
from handover.domain.errors import HandoverError, NotFoundError
from handover.protocol.node_key import LONGEST_LIFE, KeyUse, NodeKey, new_key

_LIMIT = 65536


class CertificateError(HandoverError):
    """A certificate that the settings name cannot be read."""

    name = "certificate"
    title = "A certificate that the settings name cannot be read."
    advice = "Look at `pinned_certificates` in handover.toml: each is a file with one certificate in PEM."


def pin(path: Path) -> NodeKey:
    """Give the pin of the key in a server's certificate, for as long as the certificate counts; ten years at most.

    Raises:
        CertificateError: there is no such file, or no certificate in it.
    """
    try:
        found = x509.load_pem_x509_certificate(files.read(path, _LIMIT))
        public = key_digest(found)
    except (NotFoundError, ValueError) as error:
        raise CertificateError(path.name) from error
    begins = int(found.not_valid_before_utc.timestamp())
    ends = min(int(found.not_valid_after_utc.timestamp()), begins + LONGEST_LIFE)
    return new_key(use=KeyUse.TLS, public=public, not_before=begins, expires=ends)
