"""The schema guardianship/1: what one authority tells the next about a child.

There is no field for how a child entered a country, none for any measure of immigration enforcement, and none
for religion or ethnicity: `care.upbringing` says, as the child agrees, what its care should respect.
The order of the fields is part of the protocol. No field is ever renamed or moved: that makes a new schema.
"""

from typing import Final

from handover.domain.codes import (
    DISPLACEMENT_STATUS,
    MARITAL_STATUS,
    PROTECTION_STATUS,
    SEPARATION_CAUSE,
    SEX,
    TRACING_STATUS,
)
from handover.domain.codes_of_care import ASSENT, BEST_INTERESTS, OUTCOME, RISK_LEVEL
from handover.domain.groups import (
    AGE,
    ATTACHMENT,
    COUNTRY,
    DATE,
    DOCUMENTS,
    FLAG,
    IDENTIFIERS,
    LANGUAGE,
    LINE,
    NAMES,
    NOT_TO_BE_TOLD,
    NOTE,
    ORGANISATION,
    OTHER_NAMES,
    PARTIAL_DATE,
    PERSON,
    PLACE,
    RELATIVE,
    WORDS,
    codes,
)
from handover.domain.rows import (
    APPOINTING_ORDER,
    ARRANGEMENT,
    ATTENDANCE,
    CAREGIVER,
    CONCERNS,
    DISABILITIES,
    EARLIER_CARE,
    FOLLOW_UPS,
    HEARING,
    IMMUNISATIONS,
    MEASURES,
    MEDICATION,
    NON_REFOULEMENT_ANSWER,
    NOT_HEARD_REASON,
    PROCEEDINGS,
    SERVICES,
    WISHES,
)
from handover.domain.schema import Category, Field, MatterKind, Schema, Section
from handover.domain.shapes import Code, Group, ListOf, Member, Shape


def _field(path: str, category: Category, label: str, shape: Shape) -> Field:
    return Field(path=path, category=category, label=label, shape=shape)


_IDENTITY = Section(
    name="identity",
    label="Identity",
    fields=(
        _field("identity.names", Category.IDENTITY, "Names, one for each script", NAMES),
        _field("identity.other_names", Category.IDENTITY, "Nicknames and other names", OTHER_NAMES),
        _field("identity.birth_date", Category.IDENTITY, "Birth date", PARTIAL_DATE),
        _field("identity.age", Category.IDENTITY, "Age, as told or estimated", AGE),
        _field("identity.sex", Category.IDENTITY, "Sex", Code(codes=SEX)),
        _field("identity.nationalities", Category.IDENTITY, "Nationalities", codes(COUNTRY, longest=8)),
        _field("identity.country_of_origin", Category.IDENTITY, "Country of origin", COUNTRY),
        _field("identity.languages", Category.IDENTITY, "Languages, best first", codes(LANGUAGE, longest=16)),
        _field("identity.marital_status", Category.STATUS, "Marital status", Code(codes=MARITAL_STATUS)),
        _field("identity.identifiers", Category.IDENTIFIERS, "Numbers of the child", IDENTIFIERS),
        _field("identity.photo", Category.IMAGE, "Photograph", ATTACHMENT),
    ),
)

_STATUS = Section(
    name="status",
    label="Situation",
    fields=(
        _field(
            "status.protection_status",
            Category.STATUS,
            "Unaccompanied, separated or accompanied",
            Code(codes=PROTECTION_STATUS),
        ),
        _field("status.since", Category.STATUS, "Apart from the family since", PARTIAL_DATE),
        _field(
            "status.separation",
            Category.STATUS,
            "How the child became separated",
            Group(
                name="separation",
                members=(
                    Member(name="cause", shape=Code(codes=SEPARATION_CAUSE), label="Main cause"),
                    Member(name="cause_other", shape=NOTE, label="Other cause"),
                    Member(name="place", shape=PLACE, label="Place of the separation"),
                    Member(name="last_home", shape=PLACE, label="Last home with the family"),
                    Member(name="circumstances", shape=WORDS, label="Circumstances"),
                ),
            ),
        ),
        _field(
            "status.displacement_status",
            Category.STATUS,
            "Displacement status",
            Code(codes=DISPLACEMENT_STATUS),
        ),
    ),
)

_GUARDIANSHIP = Section(
    name="guardianship",
    label="Guardianship",
    fields=(
        _field("guardianship.guardian", Category.GUARDIANSHIP, "Guardian now", PERSON),
        _field("guardianship.organisation", Category.GUARDIANSHIP, "Guardianship authority", ORGANISATION),
        _field(
            "guardianship.appointing_order", Category.GUARDIANSHIP, "Appointment and scope", APPOINTING_ORDER
        ),
        _field("guardianship.proposed_guardian", Category.GUARDIANSHIP, "Guardian proposed", PERSON),
    ),
)

_CARE = Section(
    name="care",
    label="Care",
    fields=(
        _field("care.arrangement", Category.CARE, "Care arrangement now", ARRANGEMENT),
        _field("care.provider", Category.CARE, "Caregiver or care provider", CAREGIVER),
        _field("care.place", Category.WHEREABOUTS, "Where the child lives", PLACE),
        _field("care.earlier", Category.CARE, "Earlier care", EARLIER_CARE),
        _field("care.upbringing", Category.CARE, "Faith, customs and diet that care should respect", NOTE),
    ),
)

_FAMILY = Section(
    name="family",
    label="Family",
    fields=(
        _field("family.members", Category.FAMILY, "Family members", ListOf(item=RELATIVE)),
        _field("family.tracing_status", Category.FAMILY, "Search for the family", Code(codes=TRACING_STATUS)),
    ),
)

_PROTECTION = Section(
    name="protection",
    label="Protection",
    fields=(
        _field("protection.concerns", Category.PROTECTION, "Protection concerns", CONCERNS),
        _field("protection.risk_level", Category.PROTECTION, "Risk level", Code(codes=RISK_LEVEL)),
        _field("protection.urgent_protection_concern", Category.PROTECTION, "Urgent", FLAG),
        _field("protection.measures", Category.PROTECTION, "Protection measures", MEASURES),
        _field(
            "protection.not_to_be_told", Category.PROTECTION, "Persons who must not be told", NOT_TO_BE_TOLD
        ),
    ),
)

_BEST_INTERESTS = Section(
    name="best_interests",
    label="Best interests",
    fields=(
        _field(
            "best_interests.kind",
            Category.BEST_INTERESTS,
            "Assessment or determination",
            Code(codes=BEST_INTERESTS),
        ),
        _field("best_interests.date", Category.BEST_INTERESTS, "Date", DATE),
        _field("best_interests.body", Category.BEST_INTERESTS, "Who assessed or decided", LINE),
        _field("best_interests.outcome", Category.BEST_INTERESTS, "Outcome", Code(codes=OUTCOME)),
        _field("best_interests.reasons", Category.BEST_INTERESTS, "Reasons", WORDS),
        _field(
            "best_interests.non_refoulement",
            Category.BEST_INTERESTS,
            "Would the move, or a later one that may follow, expose the child to irreparable harm?",
            NON_REFOULEMENT_ANSWER,
        ),
    ),
)

_CHILD_VIEW = Section(
    name="child_view",
    label="The child's view",
    fields=(
        _field("child_view.heard", Category.CHILD_VIEW, "When and by whom the child was heard", HEARING),
        _field("child_view.wishes", Category.CHILD_VIEW, "What the child wishes", WISHES),
        _field(
            "child_view.assent", Category.CHILD_VIEW, "Does the child agree to the move?", Code(codes=ASSENT)
        ),
        _field("child_view.not_heard", Category.CHILD_VIEW, "Why the child was not heard", NOT_HEARD_REASON),
    ),
)

_HEALTH = Section(
    name="health",
    label="Health",
    fields=(
        _field("health.urgent_needs", Category.HEALTH, "Urgent needs", WORDS),
        _field("health.conditions", Category.HEALTH, "Conditions and allergies", ListOf(item=NOTE)),
        _field("health.medication", Category.HEALTH, "Medication", MEDICATION),
        _field("health.immunisations", Category.HEALTH, "Immunisations", IMMUNISATIONS),
        _field("health.disability", Category.HEALTH, "Disability and support", DISABILITIES),
    ),
)

_EDUCATION = Section(
    name="education",
    label="Education",
    fields=(
        _field("education.attendance", Category.EDUCATION, "School, level and work", ATTENDANCE),
        _field("education.needs", Category.EDUCATION, "What the child needs to learn", NOTE),
    ),
)

_LEGAL = Section(
    name="legal",
    label="Proceedings",
    fields=(
        _field("legal.proceedings", Category.LEGAL, "Proceedings for the child", PROCEEDINGS),
        _field("legal.next_date", Category.LEGAL, "Next date that must not be missed", DATE),
        _field("legal.representative", Category.LEGAL, "Legal representative", PERSON),
    ),
)

_TRAVEL = Section(
    name="travel",
    label="Travel to the receiving authority",
    fields=(
        _field("travel.planned_date", Category.WHEREABOUTS, "Planned day", DATE),
        _field("travel.route", Category.WHEREABOUTS, "Route", NOTE),
        _field("travel.escort", Category.WHEREABOUTS, "Who travels with the child", PERSON),
        _field("travel.meeting_place", Category.WHEREABOUTS, "Where the child is met", PLACE),
    ),
)

_PLAN = Section(
    name="plan",
    label="Plan",
    fields=(
        _field("plan.needs", Category.PLAN, "Needs", WORDS),
        _field("plan.recommendations", Category.PLAN, "Recommendations to the next authority", WORDS),
        _field("plan.services", Category.PLAN, "Services and interventions", SERVICES),
        _field("plan.follow_ups", Category.PLAN, "Follow-up", FOLLOW_UPS),
    ),
)

_DOCUMENTS = Section(
    name="documents",
    label="Documents",
    fields=(_field("documents.files", Category.DOCUMENTS, "Documents", DOCUMENTS),),
)

GUARDIANSHIP: Final = Schema(
    name="guardianship/1",
    kind=MatterKind.GUARDIANSHIP,
    sections=(
        _IDENTITY,
        _STATUS,
        _GUARDIANSHIP,
        _CARE,
        _FAMILY,
        _PROTECTION,
        _BEST_INTERESTS,
        _CHILD_VIEW,
        _HEALTH,
        _EDUCATION,
        _LEGAL,
        _TRAVEL,
        _PLAN,
        _DOCUMENTS,
    ),
)
