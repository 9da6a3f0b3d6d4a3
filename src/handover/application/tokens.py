"""The token of an offer's ground, signed for one recipient and one round."""

from dataclasses import replace

from handover.application.facts import Handover
from handover.application.ports import UnitOfWork, Vault
from handover.domain.ids import UUID7, Pseudonym
from handover.domain.record import schema
from handover.protocol import consent
from handover.protocol.consent import ConsentToken


def issue(work: UnitOfWork, vault: Vault, handover: Handover, *, jti: UUID7, iat: int) -> bytes:
    """Give the token of the ground as it is now; the same each time for the same identifier and time."""
    kept = work.grounds.get(UUID7(handover.ground or ""))
    second = kept.ground.second_officer
    ground = replace(
        kept.ground,
        recipients=(handover.peer,),
        purposes=(handover.purpose,),
        fields=schema(handover.schema).in_order(handover.fields),
        second_officer=second and Pseudonym(vault.pseudonym(handover.pair, second)),
    )
    token = ConsentToken(
        jti=jti,
        iat=iat,
        matter=handover.pair,
        round=handover.round,
        ground=ground,
        statement=consent.commit_statement(consent.salt_for(kept.salt, handover.round), kept.statement),
    )
    return consent.sign(token, signer=vault.signer)
