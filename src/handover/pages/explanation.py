"""What a child or a guardian is told before a consent, in their language, made from the real choice.

Short sentences, plain words, nothing that the choice does not say. It can be printed and read aloud.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from babel.dates import format_date

from handover.domain.consent import Onward, Purpose
from handover.domain.ids import NodeId
from handover.domain.record import Schema
from handover.pages import languages
from handover.pages.labels import label
from handover.pages.navigation import N_
from handover.pages.visit import Visit

MOST: Final = 1000  # authorities that are looked through
TITLE: Final = N_("What we would like to tell, and to whom")
ASKING: Final = N_("We ask you for your permission. We would like to tell others some things about you.")
WHOM: Final = N_("We would tell this authority, and nobody else:")
WHY: Final[Mapping[Purpose, str]] = {
    Purpose.CHILD_PROTECTION: N_("They need it to take care of you and to protect you."),
    Purpose.FAMILY_TRACING: N_("They need it to look for your family."),
}
WHAT: Final = N_("These are the things that we would tell them:")
UNTIL: Final = N_("Your permission ends on %(day)s. After that we ask you again.")
ONWARD: Final[Mapping[Onward, str]] = {
    Onward.NONE: N_("They must not tell it to others."),
    Onward.NEW_GROUND: N_("They must ask again before they tell it to others."),
}
REST: Final = (
    N_("It is never given to those who decide about borders and papers."),
    N_("You can say yes, or no, or yes to some of it. If you say no, we still take care of you."),
    N_(
        "You can change your mind on any day. Tell us or your guardian. Then everybody who was told has to erase it, or"
        " has to say which law makes them keep it, and until when. We tell you what they answer."
    ),
    N_("You can ask us who was told what, and you can complain. Nobody will be angry with you."),
    N_("Is there something that you want to ask?"),
)

_YOURS: Final[Mapping[str, str]] = {
    "category/identity": N_("Who you are: names, birth date, sex, nationality, languages"),
    "category/identifiers": N_("Numbers by which authorities and organisations know you"),
    "category/status": N_("Whether you are alone, since when and why"),
    "category/guardianship": N_("Who acts for you in law"),
    "category/care": N_("Who looks after you"),
    "category/family": N_("Your family"),
    "category/protection": N_("Dangers to you and what is done against them"),
    "category/best-interests": N_("What was found to be best for you, and why"),
    "category/child-view": N_("What you said and what you want"),
    "category/tracing": N_("The search for your family: separation, last news, steps taken"),
    "guardianship/1/identity.identifiers": N_("Your numbers"),
    "guardianship/1/status.separation": N_("How you became separated"),
    "guardianship/1/care.place": N_("Where you live"),
    "guardianship/1/child_view.heard": N_("When and by whom you were heard"),
    "guardianship/1/child_view.wishes": N_("What you wish"),
    "guardianship/1/child_view.assent": N_("Whether you agree to the move"),
    "guardianship/1/child_view.not_heard": N_("Why you were not heard"),
    "guardianship/1/best_interests.non_refoulement": N_(
        "Whether you could come to harm where you go, or later"
    ),
    "guardianship/1/legal.proceedings": N_("Courts and offices that decide something for you"),
    "guardianship/1/education.needs": N_("What you need to learn"),
    "guardianship/1/travel.escort": N_("Who travels with you"),
    "guardianship/1/travel.meeting_place": N_("Where you are met"),
}
"""What stands here in place of a label that speaks of the child: the explanation speaks to it."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The text: `sections` are a sentence and the points under it; `title` stands above."""

    language: str
    direction: str
    title: str
    sections: Sequence[tuple[str, Sequence[str]]]


def of(visit: Visit, schema: Schema) -> Explanation:
    """Give the explanation of what is chosen in the form so far."""
    form = visit.form
    language = languages.chosen([form.value("explain-in"), visit.language])
    say = languages.catalogue(language).gettext
    known = visit.node.authorities.page(actor=visit.actor, limit=MOST)
    authorities = {each.entry.node: each.entry for each in known}
    whom = [
        authorities[node].name(language)
        for node in map(NodeId, form.values("recipients"))
        if node in authorities
    ]
    until = form.date("until")
    sections: list[tuple[str, Sequence[str]]] = [(say(ASKING), ()), (say(WHOM), whom)]
    sections += [(say(WHY[each]), ()) for each in Purpose if each.value in form.values("purposes")]
    sections.append((say(WHAT), what(schema, form.values("categories"), form.values("fields"), language)))
    if until is not None:
        sections.append((say(UNTIL) % {"day": _day(until, language)}, ()))
    sections += [(say(ONWARD[each]), ()) for each in Onward if each.value == form.value("onward")]
    sections += [(say(each), ()) for each in REST]
    return Explanation(
        language=language, direction=languages.direction(language), title=say(TITLE), sections=sections
    )


def what(schema: Schema, categories: Sequence[str], fields: Sequence[str], language: str) -> list[str]:
    """Give what is told, in words: whole groups by their name, single fields by theirs."""
    whole = [_to_you(f"category/{name}", language) for name in dict.fromkeys(_known(schema, categories))]
    single = [
        _to_you(f"{schema.name}/{each.path}", language)
        for each in schema.fields
        if each.path in fields and each.category.value not in categories
    ]
    return whole + single


def _to_you(key: str, language: str) -> str:
    return languages.catalogue(language).gettext(_YOURS[key]) if key in _YOURS else label(key, language)


def _known(schema: Schema, categories: Sequence[str]) -> list[str]:
    return [each.category.value for each in schema.fields if each.category.value in categories]


def _day(day: dt.date, language: str) -> str:
    return format_date(day, format="long", locale=language)
