"""Passkeys: the ceremonies of WebAuthn, narrowed. Discoverable credentials, the user verified each time, and keys of
two kinds alone: ES256 on P-256, and Ed25519.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from handover.application.access import NewPasskey, Passkey
from handover.application.passkeys import PasskeyError
from handover.domain.errors import UntrustedError
from handover.protocol import passkey, strict

ALGORITHMS: Final = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.EDDSA]
LONGEST: Final = 16 * 1024  # bytes of an answer
_TIMEOUT: Final = 300_000  # milliseconds
_FAULTS: Final = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, UntrustedError)


class WebAuthn:
    """The ceremonies for pages at one address, such as https://handover.athens.example."""

    def __init__(self, address: str, *, node: str) -> None:
        self._origin = address
        self._host = urlsplit(address).hostname or ""
        self._node = node

    def creation(self, challenge: bytes, *, handle: bytes, name: str, known: Sequence[Passkey]) -> str:
        """Give the options for making a passkey; one device makes no second one."""
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=f"Handover {self._node}",
            user_name=name,
            user_id=handle,
            challenge=challenge,
            timeout=_TIMEOUT,
            exclude_credentials=_descriptors(known),
            supported_pub_key_algs=ALGORITHMS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return options_to_json(options)

    def created(self, answer: str, challenge: bytes) -> NewPasskey:
        """Give the passkey that was made.

        Raises:
            PasskeyError: the answer is not one to this challenge, from a page of this node, by a user who was
                verified, or the key is of another kind.
        """
        try:
            credential = parse_registration_credential_json(_members(answer))
            _check_page(parse_client_data_json(credential.response.client_data_json))
            found = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            )
            passkey.check_key(found.credential_public_key)
        except _FAULTS as error:
            raise PasskeyError from error
        return NewPasskey(
            credential=found.credential_id,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
        )

    def request(self, challenge: bytes, *, known: Sequence[Passkey] = ()) -> str:
        """Give the options for using a passkey: one of *known*, or any of this node."""
        options = webauthn.generate_authentication_options(
            rp_id=self._host,
            challenge=challenge,
            timeout=_TIMEOUT,
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def asked(self, answer: str) -> tuple[bytes, bytes]:
        """Give the challenge and the credential that the answer names; nothing of it is checked yet.

        Raises:
            PasskeyError: it is no answer at all.
        """
        try:
            members = _members(answer)
            response = members["response"]
            if not isinstance(response, dict):
                raise PasskeyError
            data = strict.unb64(str(response["clientDataJSON"]))
            return parse_client_data_json(data).challenge, strict.unb64(str(members["rawId"]))
        except _FAULTS as error:
            raise PasskeyError from error

    def used(self, answer: str, challenge: bytes, expected: Passkey) -> int:
        """Give the passkey's new sign count.

        Raises:
            PasskeyError: the answer is not one to this challenge, from a page of this node, with this passkey, by a
                user who was verified; or the count went back, as that of a copied key does.
        """
        try:
            credential = parse_authentication_credential_json(_members(answer))
            _check_page(parse_client_data_json(credential.response.client_data_json))
            found = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=expected.public_key,
                credential_current_sign_count=expected.sign_count,
                require_user_verification=True,
            )
        except _FAULTS as error:
            raise PasskeyError from error
        if found.credential_id != expected.credential:
            raise PasskeyError
        return found.new_sign_count


def _members(answer: str) -> dict[str, strict.Json]:
    """The answer is read by the strict parser first: no two readings of one text."""
    found = strict.loads(answer.encode(), limit=LONGEST)
    if not isinstance(found, dict):
        raise PasskeyError
    return found


def _check_page(data: CollectedClientData) -> None:
    """A page of ours is never inside another one's."""
    if data.cross_origin:
        raise PasskeyError


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each.credential) for each in known]
