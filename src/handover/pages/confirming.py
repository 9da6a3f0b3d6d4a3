"""Acts of weight: a fresh passkey signs for what is done, or the session is made fresh; both before it is done."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from starlette.responses import Response

from handover.application import proofs
from handover.application.facts import Actor
from handover.domain.ids import HandoverId, MatterId
from handover.pages.navigation import N_
from handover.pages.visit import Visit
from handover.protocol.statement import AssertedAct

ACTS: Final[Mapping[AssertedAct, str]] = {
    AssertedAct.OFFER: N_("Release the offer"),
    AssertedAct.ACCEPTANCE: N_("Accept"),
    AssertedAct.DEED: N_("Give the deed"),
    AssertedAct.REFERRAL: N_("Release the referral"),
    AssertedAct.RESOLUTION: N_("Resolve this handover"),
    AssertedAct.EXPORT: N_("Take the evidence out"),
}


def actor(visit: Visit, act: AssertedAct, target: HandoverId | MatterId) -> Actor | Response:
    """Give who acts, with the passkey's signature, or the page on which the passkey is asked for it.

    What was typed so far goes along in that page's form.
    """
    who, stepups = visit.actor, visit.node.stepups
    if not stepups.needs_passkey(who):
        return who
    answer = visit.form.value("credential")
    if answer:
        return replace(who, proof=proofs.read_proof(answer))
    prompt = stepups.challenge(act, target, actor=who)
    sent = [(name, value) for name, values in visit.form.typed.items() for value in values]
    return visit.page(
        "confirm.html",
        act=ACTS[act],
        saves=act is AssertedAct.EXPORT,
        options=prompt.options,
        to=visit.path,
        fields=sent,
    )
