"""Shapes that both schemas use: names, people, places, identifiers, attachments."""

from typing import Final

from handover.domain.codes import (
    CONTACT,
    IDENTIFIER,
    LIFE_STATUS,
    NAME_ORDER,
    OTHER_NAME,
    RELATION,
    SCRIPT,
    SEX,
)
from handover.domain.codes_of_care import DOCUMENT_KIND, MEDIA_TYPE
from handover.domain.countries import COUNTRIES
from handover.domain.shapes import (
    Code,
    Date,
    Flag,
    Group,
    ListOf,
    Member,
    Number,
    PartialDate,
    Pattern,
    Shape,
    Text,
)

LONGEST_ATTACHMENT: Final = 20 * 1024 * 1024  # bytes

LINE: Final = Text()
WORDS: Final = Text(longest=4000, paragraphs=True)
NOTE: Final = Text(longest=1000, paragraphs=True)
DATE: Final = Date()
PARTIAL_DATE: Final = PartialDate()
FLAG: Final = Flag()
COUNTRY: Final = Code(codes=COUNTRIES)
LANGUAGE: Final = Pattern(
    name="language",
    pattern="[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?",
    rule="must be a language tag, such as ti, prs or uz-Cyrl",
)
TELEPHONE: Final = Pattern(
    name="telephone",
    pattern=r"\+?[0-9(][0-9 ()./-]{1,28}[0-9]",
    rule="must be a telephone number of digits, spaces and ( ) . / - with an optional + in front",
)
EMAIL: Final = Pattern(
    name="email",
    pattern="[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+",
    rule="must be an e-mail address",
)
DIGEST: Final = Pattern(
    name="digest",
    pattern="[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]",
    rule="must be a SHA-256 digest in base64url without padding",
)


def codes(shape: Shape, *, longest: int = 32) -> ListOf:
    """Give the shape of a list in which no value comes twice."""
    return ListOf(item=shape, longest=longest, distinct=True)


def _name_parts() -> tuple[Member, ...]:
    return (
        Member(name="script", shape=Code(codes=SCRIPT), label="Script", required=True),
        Member(name="order", shape=Code(codes=NAME_ORDER), label="Order of the parts", required=True),
        Member(name="full", shape=LINE, label="Whole name, as it is written", required=True),
        Member(name="given", shape=LINE, label="Given name"),
        Member(name="middle", shape=LINE, label="Middle name"),
        Member(name="family", shape=LINE, label="Family name"),
        Member(name="father", shape=LINE, label="Father's name as part of the name"),
        Member(name="grandfather", shape=LINE, label="Grandfather's name as part of the name"),
    )


NAME: Final = Group(name="name", members=_name_parts())
NAMES: Final = ListOf(item=NAME, longest=8)
OTHER: Final = Group(
    name="other_name",
    members=(
        Member(name="kind", shape=Code(codes=OTHER_NAME), label="Kind of name", required=True),
        *_name_parts(),
    ),
)
OTHER_NAMES: Final = ListOf(item=OTHER, longest=16)

PLACE: Final = Group(
    name="place",
    members=(
        Member(name="country", shape=COUNTRY, label="Country"),
        Member(name="region", shape=LINE, label="Region"),
        Member(name="locality", shape=LINE, label="Town, camp or village"),
        Member(name="address", shape=NOTE, label="Address"),
        Member(name="landmark", shape=NOTE, label="How to find it"),
        Member(name="permanent", shape=FLAG, label="Meant to last"),
        Member(name="telephone", shape=TELEPHONE, label="Telephone there"),
    ),
)

AGE: Final = Group(
    name="age",
    members=(
        Member(name="years", shape=Number(highest=130), label="Age in years", required=True),
        Member(name="estimated", shape=FLAG, label="Estimated"),
        Member(name="as_of", shape=DATE, label="On this day"),
    ),
)

PERSON: Final = Group(
    name="person",
    members=(
        Member(name="names", shape=NAMES, label="Names"),
        Member(name="relation", shape=Code(codes=RELATION), label="Relation to the child"),
        Member(name="organisation", shape=LINE, label="Organisation"),
        Member(name="position", shape=LINE, label="Position"),
        Member(name="languages", shape=codes(LANGUAGE, longest=16), label="Languages"),
        Member(name="telephone", shape=TELEPHONE, label="Telephone"),
        Member(name="email", shape=EMAIL, label="E-mail"),
        Member(name="place", shape=PLACE, label="Address"),
        Member(name="note", shape=NOTE, label="Note"),
    ),
)

ORGANISATION: Final = Group(
    name="organisation",
    members=(
        Member(name="name", shape=LINE, label="Name", required=True),
        Member(name="country", shape=COUNTRY, label="Country"),
        Member(name="telephone", shape=TELEPHONE, label="Telephone"),
        Member(name="email", shape=EMAIL, label="E-mail"),
        Member(name="place", shape=PLACE, label="Address"),
    ),
)

RELATIVE: Final = Group(
    name="relative",
    members=(
        Member(name="relation", shape=Code(codes=RELATION), label="Relation to the child"),
        Member(name="names", shape=NAMES, label="Names"),
        Member(name="nickname", shape=LINE, label="Nickname"),
        Member(name="alive", shape=Code(codes=LIFE_STATUS), label="Alive"),
        Member(name="death", shape=NOTE, label="What is known of the death"),
        Member(name="age", shape=Number(highest=130), label="Age in years"),
        Member(name="birth_date", shape=PARTIAL_DATE, label="Birth date"),
        Member(name="sex", shape=Code(codes=SEX), label="Sex"),
        Member(name="nationalities", shape=codes(COUNTRY, longest=8), label="Nationalities"),
        Member(name="languages", shape=codes(LANGUAGE, longest=16), label="Languages"),
        Member(name="place", shape=PLACE, label="Place"),
        Member(name="telephone", shape=TELEPHONE, label="Telephone"),
        Member(name="contact", shape=Code(codes=CONTACT), label="Contact with the child"),
        Member(name="caregiver", shape=FLAG, label="Looks after the child"),
        Member(name="keep_together", shape=FLAG, label="Must not be parted from the child"),
        Member(name="note", shape=NOTE, label="Note"),
    ),
)

NOT_TO_BE_TOLD: Final = ListOf(
    item=Group(
        name="not_to_be_told",
        members=(
            Member(name="names", shape=NAMES, label="Names"),
            Member(name="relation", shape=Code(codes=RELATION), label="Relation to the child"),
            Member(name="organisation", shape=LINE, label="Organisation or group"),
            Member(name="withhold", shape=NOTE, label="What they must not be told"),
            Member(name="reason", shape=NOTE, label="Reason"),
        ),
    )
)

IDENTIFIERS: Final = ListOf(
    item=Group(
        name="identifier",
        members=(
            Member(name="kind", shape=Code(codes=IDENTIFIER), label="Kind of number", required=True),
            Member(name="value", shape=LINE, label="Number", required=True),
            Member(name="issuer", shape=LINE, label="Issued by, or kind of document"),
            Member(name="country", shape=COUNTRY, label="Country"),
        ),
    )
)


def _attachment(*more: Member) -> tuple[Member, ...]:
    return (
        *more,
        Member(name="media_type", shape=Code(codes=MEDIA_TYPE), label="Kind of file", required=True),
        Member(
            name="size",
            shape=Number(lowest=1, highest=LONGEST_ATTACHMENT),
            label="Size in bytes",
            required=True,
        ),
        Member(name="digest", shape=DIGEST, label="SHA-256 digest of the file", required=True),
    )


ATTACHMENT: Final = Group(name="attachment", members=_attachment())
DOCUMENTS: Final = ListOf(
    item=Group(
        name="document",
        members=_attachment(
            Member(name="title", shape=LINE, label="Title", required=True),
            Member(name="kind", shape=Code(codes=DOCUMENT_KIND), label="Kind of document", required=True),
            Member(name="language", shape=LANGUAGE, label="Language"),
            Member(name="issued_on", shape=DATE, label="Issued on"),
        ),
    )
)
