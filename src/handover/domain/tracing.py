"""The schema tracing/1: an inquirer seeks one or more persons.

The order of the fields is part of the protocol. No field is ever renamed or moved: that makes a new schema.
"""

from typing import Final

from handover.domain.codes import (
    PHOTO_USE,
    RELATION,
    SEPARATION_CAUSE,
    SEX,
    TRACING_OUTCOME,
    TRACING_STATUS,
    TRACING_TYPE,
)
from handover.domain.groups import (
    AGE,
    ATTACHMENT,
    COUNTRY,
    DATE,
    DOCUMENTS,
    EMAIL,
    IDENTIFIERS,
    LANGUAGE,
    LINE,
    NAMES,
    NOT_TO_BE_TOLD,
    NOTE,
    OTHER_NAMES,
    PARTIAL_DATE,
    PLACE,
    TELEPHONE,
    WORDS,
    codes,
)
from handover.domain.schema import Category, Field, MatterKind, Schema, Section
from handover.domain.shapes import Code, Group, ListOf, Member, Shape


def _field(path: str, category: Category, label: str, shape: Shape) -> Field:
    return Field(path=path, category=category, label=label, shape=shape)


_SOUGHT_PERSON: Final = Group(
    name="sought_person",
    members=(
        Member(name="names", shape=NAMES, label="Names"),
        Member(name="other_names", shape=OTHER_NAMES, label="Nicknames and other names"),
        Member(name="relation", shape=Code(codes=RELATION), label="What the inquirer is to this person"),
        Member(name="sex", shape=Code(codes=SEX), label="Sex"),
        Member(name="age", shape=AGE, label="Age"),
        Member(name="birth_date", shape=PARTIAL_DATE, label="Birth date"),
        Member(name="nationalities", shape=codes(COUNTRY, longest=8), label="Nationalities"),
        Member(name="languages", shape=codes(LANGUAGE, longest=16), label="Languages"),
        Member(name="description", shape=WORDS, label="Description"),
        Member(name="separated_on", shape=PARTIAL_DATE, label="Separated on"),
        Member(name="separation_cause", shape=Code(codes=SEPARATION_CAUSE), label="Cause of the separation"),
        Member(name="separation_place", shape=PLACE, label="Place of the separation"),
        Member(name="last_place", shape=PLACE, label="Last known place"),
        Member(name="last_telephone", shape=TELEPHONE, label="Last known telephone"),
        Member(name="status", shape=Code(codes=TRACING_STATUS), label="State of the search"),
        Member(name="identifiers", shape=IDENTIFIERS, label="Numbers of this person"),
        Member(name="photo", shape=ATTACHMENT, label="Photograph"),
    ),
)

_INQUIRER = Section(
    name="inquirer",
    label="Inquirer",
    fields=(
        _field("inquirer.names", Category.IDENTITY, "Names, one for each script", NAMES),
        _field("inquirer.other_names", Category.IDENTITY, "Nicknames and other names", OTHER_NAMES),
        _field("inquirer.birth_date", Category.IDENTITY, "Birth date", PARTIAL_DATE),
        _field("inquirer.age", Category.IDENTITY, "Age, as told or estimated", AGE),
        _field("inquirer.sex", Category.IDENTITY, "Sex", Code(codes=SEX)),
        _field("inquirer.nationalities", Category.IDENTITY, "Nationalities", codes(COUNTRY, longest=8)),
        _field("inquirer.languages", Category.IDENTITY, "Languages, best first", codes(LANGUAGE, longest=16)),
        _field("inquirer.identifiers", Category.IDENTIFIERS, "Numbers of the request", IDENTIFIERS),
        _field("inquirer.telephone", Category.WHEREABOUTS, "Telephone", TELEPHONE),
        _field("inquirer.email", Category.WHEREABOUTS, "E-mail", EMAIL),
        _field("inquirer.place", Category.WHEREABOUTS, "Where the inquirer lives", PLACE),
    ),
)

_SOUGHT = Section(
    name="sought",
    label="Persons sought",
    fields=(
        _field("sought.persons", Category.FAMILY, "Persons sought", ListOf(item=_SOUGHT_PERSON, longest=16)),
    ),
)

_SEPARATION = Section(
    name="separation",
    label="Separation",
    fields=(
        _field("separation.date", Category.TRACING, "Date", PARTIAL_DATE),
        _field("separation.place", Category.TRACING, "Place", PLACE),
        _field("separation.cause", Category.TRACING, "Main cause", Code(codes=SEPARATION_CAUSE)),
        _field("separation.circumstances", Category.TRACING, "Circumstances", WORDS),
    ),
)

_LAST_NEWS = Section(
    name="last_news",
    label="Last news",
    fields=(
        _field("last_news.date", Category.TRACING, "Date", PARTIAL_DATE),
        _field("last_news.place", Category.WHEREABOUTS, "Place", PLACE),
        _field("last_news.telephone", Category.WHEREABOUTS, "Telephone", TELEPHONE),
        _field("last_news.content", Category.TRACING, "What was heard", WORDS),
        _field("last_news.source", Category.TRACING, "From whom", LINE),
    ),
)

_CHILD_IDENTITY = Section(
    name="child_identity",
    label="Identity of the child",
    fields=(
        _field("child_identity.names", Category.IDENTITY, "Names, one for each script", NAMES),
        _field("child_identity.other_names", Category.IDENTITY, "Nicknames and other names", OTHER_NAMES),
        _field("child_identity.birth_date", Category.IDENTITY, "Birth date", PARTIAL_DATE),
        _field("child_identity.sex", Category.IDENTITY, "Sex", Code(codes=SEX)),
        _field("child_identity.nationalities", Category.IDENTITY, "Nationalities", codes(COUNTRY, longest=8)),
        _field("child_identity.languages", Category.IDENTITY, "Languages", codes(LANGUAGE, longest=16)),
        _field("child_identity.identifiers", Category.IDENTIFIERS, "Numbers of the child", IDENTIFIERS),
        _field("child_identity.photo", Category.IMAGE, "Photograph", ATTACHMENT),
    ),
)

_ACTIONS = Section(
    name="actions",
    label="Steps taken",
    fields=(
        _field("actions.inquiry_date", Category.TRACING, "Date of the request", DATE),
        _field("actions.tracing_status", Category.TRACING, "State of the search", Code(codes=TRACING_STATUS)),
        _field(
            "actions.done",
            Category.TRACING,
            "What was done, and its outcome",
            ListOf(
                item=Group(
                    name="tracing_action",
                    members=(
                        Member(name="date", shape=DATE, label="Date"),
                        Member(name="type", shape=Code(codes=TRACING_TYPE), label="Kind"),
                        Member(name="place", shape=PLACE, label="Place"),
                        Member(name="description", shape=WORDS, label="What was done"),
                        Member(name="outcome", shape=Code(codes=TRACING_OUTCOME), label="Outcome"),
                    ),
                )
            ),
        ),
    ),
)

_LIMITS = Section(
    name="limits",
    label="Limits",
    fields=(
        _field("limits.not_to_be_told", Category.PROTECTION, "Persons who must not be told", NOT_TO_BE_TOLD),
        _field("limits.photo_use", Category.PROTECTION, "Use of photographs", Code(codes=PHOTO_USE)),
        _field("limits.notes", Category.PROTECTION, "What else must be kept in mind", NOTE),
    ),
)

_DOCUMENTS = Section(
    name="documents",
    label="Documents",
    fields=(_field("documents.files", Category.DOCUMENTS, "Documents", DOCUMENTS),),
)

TRACING: Final = Schema(
    name="tracing/1",
    kind=MatterKind.TRACING,
    sections=(
        _INQUIRER,
        _SOUGHT,
        _SEPARATION,
        _LAST_NEWS,
        _CHILD_IDENTITY,
        _ACTIONS,
        _LIMITS,
        _DOCUMENTS,
    ),
)
