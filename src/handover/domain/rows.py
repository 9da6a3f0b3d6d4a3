"""Shapes of the schema guardianship/1 that only it uses; groups.py has the shared ones."""

from typing import Final

from handover.domain.codes import (
    CARE_ARRANGEMENT,
    CAREGIVER_CHANGE,
    GUARDIAN_SCOPE,
    ORDER_KIND,
    RELATION,
    SEX,
)
from handover.domain.codes_of_care import (
    DISABILITY,
    EDUCATION_LEVEL,
    FOLLOW_UP,
    INTERPRETER,
    NON_REFOULEMENT,
    NOT_HEARD,
    PREFERENCE,
    PROCEEDING,
    PROCEEDING_STATE,
    PROTECTION_CONCERN,
    SERVICE_IMPLEMENTED,
    SERVICE_RESPONSE,
    SERVICE_TYPE,
)
from handover.domain.groups import (
    COUNTRY,
    DATE,
    EMAIL,
    FLAG,
    LANGUAGE,
    LINE,
    NAMES,
    NOTE,
    PERSON,
    PLACE,
    TELEPHONE,
    WORDS,
    codes,
)
from handover.domain.shapes import Code, Group, ListOf, Member, Number, PartialDate

APPOINTING_ORDER: Final = Group(
    name="appointing_order",
    members=(
        Member(name="kind", shape=Code(codes=ORDER_KIND), label="Kind", required=True),
        Member(name="authority", shape=LINE, label="Appointing authority", required=True),
        Member(name="country", shape=COUNTRY, label="Country", required=True),
        Member(name="reference", shape=LINE, label="Reference"),
        Member(name="date", shape=DATE, label="Date"),
        Member(name="scope", shape=codes(Code(codes=GUARDIAN_SCOPE)), label="Scope", required=True),
        Member(name="valid_until", shape=DATE, label="Valid until"),
        Member(name="note", shape=NOTE, label="Limits and conditions"),
    ),
)

_CARE_PARTS: Final = (
    Member(name="type", shape=Code(codes=CARE_ARRANGEMENT), label="Kind of care"),
    Member(name="type_other", shape=LINE, label="Other kind of care"),
    Member(name="agency", shape=LINE, label="Agency"),
    Member(name="since", shape=PartialDate(), label="Since"),
    Member(name="change", shape=Code(codes=CAREGIVER_CHANGE), label="Why the earlier care ended"),
    Member(name="note", shape=NOTE, label="Note"),
)
_CAREGIVER_PARTS: Final = (
    Member(name="names", shape=NAMES, label="Names"),
    Member(name="nickname", shape=LINE, label="Nickname"),
    Member(name="relation", shape=Code(codes=RELATION), label="Relation to the child"),
    Member(name="age", shape=Number(highest=130), label="Age in years"),
    Member(name="birth_date", shape=PartialDate(), label="Birth date"),
    Member(name="sex", shape=Code(codes=SEX), label="Sex"),
    Member(name="telephone", shape=TELEPHONE, label="Telephone"),
    Member(name="place", shape=PLACE, label="Address"),
)
CAREGIVER: Final = Group(
    name="caregiver",
    members=(
        *_CAREGIVER_PARTS,
        Member(name="organisation", shape=LINE, label="Organisation"),
        Member(name="languages", shape=codes(LANGUAGE, longest=16), label="Languages"),
        Member(name="email", shape=EMAIL, label="E-mail"),
        Member(name="note", shape=NOTE, label="Note"),
    ),
)
ARRANGEMENT: Final = Group(name="arrangement", members=_CARE_PARTS)
EARLIER_CARE: Final = ListOf(
    item=Group(
        name="earlier_care",
        members=(
            *_CARE_PARTS,
            Member(name="until", shape=PartialDate(), label="Until"),
            Member(
                name="caregiver",
                shape=Group(name="earlier_caregiver", members=_CAREGIVER_PARTS),
                label="Caregiver",
            ),
        ),
    )
)

CONCERNS: Final = ListOf(
    item=Group(
        name="concern",
        members=(
            Member(name="concern", shape=Code(codes=PROTECTION_CONCERN), label="Concern", required=True),
            Member(name="identified_on", shape=DATE, label="Found on"),
            Member(name="details", shape=WORDS, label="Details"),
        ),
    ),
    longest=48,
)
MEASURES: Final = ListOf(
    item=Group(
        name="measure",
        members=(
            Member(name="measure", shape=NOTE, label="Measure", required=True),
            Member(name="since", shape=DATE, label="Since"),
            Member(name="until", shape=DATE, label="Until"),
            Member(name="by", shape=LINE, label="By"),
        ),
    )
)

NON_REFOULEMENT_ANSWER: Final = Group(
    name="non_refoulement",
    members=(
        Member(name="answer", shape=Code(codes=NON_REFOULEMENT), label="Answer", required=True),
        Member(name="date", shape=DATE, label="Date", required=True),
        Member(name="by", shape=LINE, label="Answered by", required=True),
        Member(name="reasons", shape=WORDS, label="Reasons and safeguards", required=True),
    ),
)

HEARING: Final = Group(
    name="hearing",
    members=(
        Member(name="date", shape=DATE, label="Date", required=True),
        Member(name="by", shape=LINE, label="Heard by", required=True),
        Member(name="language", shape=LANGUAGE, label="Language", required=True),
        Member(name="interpreter", shape=Code(codes=INTERPRETER), label="Interpreter", required=True),
        Member(name="supported_by", shape=LINE, label="Person of trust"),
        Member(name="alone", shape=FLAG, label="Heard without caregivers present"),
    ),
)
WISHES: Final = Group(
    name="wishes",
    members=(
        Member(name="words", shape=WORDS, label="In the child's words"),
        Member(name="family_tracing", shape=FLAG, label="Wants the family to be sought"),
        Member(
            name="persons",
            label="Persons with whom the child wants to be",
            shape=ListOf(
                item=Group(
                    name="wished_person",
                    members=(
                        Member(name="names", shape=NAMES, label="Names"),
                        Member(name="relation", shape=Code(codes=RELATION), label="Relation"),
                        Member(name="preference", shape=Code(codes=PREFERENCE), label="Preference"),
                    ),
                )
            ),
        ),
    ),
)
NOT_HEARD_REASON: Final = Group(
    name="not_heard",
    members=(
        Member(name="reason", shape=Code(codes=NOT_HEARD), label="Reason", required=True),
        Member(name="explanation", shape=NOTE, label="What was tried", required=True),
        Member(name="date", shape=DATE, label="Date", required=True),
        Member(name="by", shape=LINE, label="Decided by", required=True),
    ),
)

MEDICATION: Final = ListOf(
    item=Group(
        name="medication",
        members=(
            Member(name="name", shape=LINE, label="Medicine", required=True),
            Member(name="dose", shape=LINE, label="Dose"),
            Member(name="until", shape=DATE, label="Until"),
            Member(name="supply_days", shape=Number(highest=366), label="Supply in days"),
        ),
    )
)
IMMUNISATIONS: Final = ListOf(
    item=Group(
        name="immunisation",
        members=(
            Member(name="vaccine", shape=LINE, label="Vaccine", required=True),
            Member(name="date", shape=PartialDate(), label="Date"),
        ),
    )
)
DISABILITIES: Final = Group(
    name="disability",
    members=(
        Member(name="type", shape=Code(codes=DISABILITY), label="Kind"),
        Member(name="support", shape=NOTE, label="Support and aids needed"),
        Member(name="communication", shape=NOTE, label="How the child communicates best"),
    ),
)

ATTENDANCE: Final = Group(
    name="attendance",
    members=(
        Member(name="attending", shape=FLAG, label="Goes to school or training now"),
        Member(name="level", shape=Code(codes=EDUCATION_LEVEL), label="Level"),
        Member(name="school", shape=LINE, label="School"),
        Member(name="occupation", shape=LINE, label="Work that the child does"),
    ),
)

PROCEEDINGS: Final = ListOf(
    item=Group(
        name="proceeding",
        members=(
            Member(name="kind", shape=Code(codes=PROCEEDING), label="Kind", required=True),
            Member(name="authority", shape=LINE, label="Court or authority"),
            Member(name="reference", shape=LINE, label="Reference"),
            Member(name="state", shape=Code(codes=PROCEEDING_STATE), label="State"),
            Member(name="next_date", shape=DATE, label="Next date"),
            Member(name="note", shape=NOTE, label="Note"),
        ),
    )
)

SERVICES: Final = ListOf(
    item=Group(
        name="service",
        members=(
            Member(name="type", shape=Code(codes=SERVICE_TYPE), label="Kind of service"),
            Member(name="description", shape=NOTE, label="Service or intervention"),
            Member(name="response", shape=Code(codes=SERVICE_RESPONSE), label="Kind of response"),
            Member(name="goal", shape=NOTE, label="Goal"),
            Member(name="agency", shape=LINE, label="Agency"),
            Member(name="provider", shape=NOTE, label="Provider and how to reach it"),
            Member(name="place", shape=LINE, label="Place"),
            Member(name="requested_on", shape=DATE, label="Asked for on"),
            Member(name="appointment_date", shape=DATE, label="Appointment"),
            Member(name="due_date", shape=DATE, label="To be done by"),
            Member(name="referred", shape=FLAG, label="Referred"),
            Member(name="implemented", shape=Code(codes=SERVICE_IMPLEMENTED), label="Implemented"),
            Member(name="implemented_on", shape=DATE, label="Implemented on"),
            Member(name="success", shape=FLAG, label="Successful"),
            Member(name="note", shape=WORDS, label="Note"),
            Member(name="contact", shape=PERSON, label="Contact person"),
        ),
    )
)
FOLLOW_UPS: Final = ListOf(
    item=Group(
        name="follow_up",
        members=(
            Member(name="type", shape=Code(codes=FOLLOW_UP), label="Kind"),
            Member(name="service", shape=Code(codes=SERVICE_TYPE), label="Kind of service"),
            Member(name="needed_by", shape=DATE, label="Needed by"),
            Member(name="date", shape=DATE, label="Done on"),
            Member(name="note", shape=NOTE, label="Note"),
        ),
    )
)
