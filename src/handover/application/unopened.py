"""Why a payload, or the evidence in it, is not taken, and what of it can be told from itself alone."""

from handover.domain.courses import LONGEST
from handover.domain.errors import RefusedError, UntrustedError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.domain.sequence import TALK
from handover.protocol import attachment
from handover.protocol.envelope import Envelope
from handover.protocol.message import Message
from handover.protocol.sdjwt import VerifiedRecord
from handover.protocol.strict import Json


class PayloadError(UntrustedError):
    """The payload is missing, superfluous, or not the one that the envelope names."""

    name = "payload"
    title = "The payload is not the one that the envelope names."
    advice = "Send the payload whose digest the envelope states."


class SealingKeyGoneError(RefusedError):
    """The payload is sealed to a key that this node no longer has."""

    name = "sealing-key-gone"
    title = "The payload is sealed to a key that this node does not have any more."
    advice = "Seal the same content again to the key that the registry names now."


class ChainError(UntrustedError):
    """The earlier deeds do not lead to the sender."""

    name = "chain"
    title = "The earlier deeds that came with the offer do not lead to its sender."
    advice = "Send every deed of the matter in order, the last one naming the sender as recipient."


class ChainUnlistedError(ChainError):
    """The registry that this node goes by does not list a node, or a key, of the earlier deeds: it may be old."""

    name = "chain-unlisted"
    title = "The registry here does not list a node, or a key, of the earlier deeds that came with the offer."
    advice = "Refresh the registry. The sender says the same again by itself for a day."
    retry = True


class MismatchError(UntrustedError):
    """Parts of one message contradict each other, or contradict what is known of the round."""

    name = "mismatch"
    title = "The message contradicts itself, or what is known of the round."
    advice = "The sender's software is broken or hostile; nothing was stored."


class DeadlineError(RefusedError):
    """An opening act has a deadline: at least a minute ahead, and an offer's at most 90 days, a referral's 180."""

    name = "deadline"
    title = "The deadline must lie between one minute and 90 days ahead."
    advice = "Choose another deadline."


def require_term(envelope: Envelope) -> None:
    """Do nothing if what opens a round keeps it open no longer than the sender's own rule allows.

    Raises:
        DeadlineError: it would stand for longer.
    """
    if envelope.act in LONGEST and (envelope.deadline or 0) - envelope.iat > LONGEST[envelope.act]:
        raise DeadlineError(f"the deadline of {envelope.act} is too far ahead")


def require_plain(envelope: Envelope, content: Message) -> None:
    """Do nothing if an act that discloses nothing of its own holds nothing that would."""
    if content.record is not None or content.consent is not None:
        raise MismatchError("only an offer discloses a record")
    if content.evidence and envelope.act is not Act.DEED:
        raise MismatchError("only offers and deeds hold evidence")
    if envelope.act in TALK and envelope.fields is not None:
        raise MismatchError("nothing is told under a ground of its own in a handover")


def files_of(record: VerifiedRecord, body: dict[str, Json]) -> dict[Digest, str]:
    """Give the files that the record names; raises MismatchError where the offer brings others, or one twice."""
    files = attachment.named_in(record.values)
    parcels = attachment.from_json(body["attachments"])
    if not {each.file for each in parcels} <= files.keys():
        raise MismatchError("an attachment that the record does not name")
    if len({each.sealed for each in parcels}) != len(parcels):
        raise MismatchError("one attachment is named twice")
    return files
