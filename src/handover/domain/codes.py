"""The code lists of the record schemas with their English labels, except countries.

Where the meaning is the same, names and codes are those of the default CPIMS+ forms of Primero: values map
one to one; what is misspelled there is spelled right here. A published code keeps its meaning for ever.
"""

from typing import Final

from handover.domain.shapes import CodeList


def _codes(name: str, **labels: str) -> CodeList:
    return CodeList(name=name, codes=labels)


SEX: Final = _codes("sex", female="Female", male="Male", other="Other")
SCRIPT: Final = _codes(
    "script",
    Arab="Arabic",
    Armn="Armenian",
    Beng="Bengali",
    Cyrl="Cyrillic",
    Deva="Devanagari",
    Ethi="Ethiopic",
    Geor="Georgian",
    Grek="Greek",
    Gujr="Gujarati",
    Guru="Gurmukhi",
    Hang="Hangul",
    Hani="Chinese",
    Hebr="Hebrew",
    Jpan="Japanese",
    Khmr="Khmer",
    Laoo="Lao",
    Latn="Latin",
    Mong="Mongolian",
    Mymr="Myanmar",
    Nkoo="N'Ko",
    Rohg="Hanifi Rohingya",
    Sinh="Sinhala",
    Syrc="Syriac",
    Taml="Tamil",
    Telu="Telugu",
    Tfng="Tifinagh",
    Thaa="Thaana",
    Thai="Thai",
    Tibt="Tibetan",
    Zyyy="Several or undetermined",
)
NAME_ORDER: Final = _codes(
    "name_order",
    given_family="Given name, then family name",
    family_given="Family name, then given name",
    given_father_family="Given name, father's name, family name",
    given_father_grandfather="Given name, father's name, grandfather's name",
    single_name="One name only",
    unknown="Not known",
)
OTHER_NAME: Final = _codes(
    "other_name",
    nickname="Nickname",
    name_given_post_separation="Name given after the separation",
    name_in_document="Name as a document has it",
    former_name="Former name",
    other="Other name",
)
MARITAL_STATUS: Final = _codes(
    "marital_status",
    single="Single",
    married_cohabitating="Married or living with a partner",
    divorced_separated="Divorced or separated",
    widowed="Widowed",
)
IDENTIFIER: Final = _codes(
    "identifier",
    id="Record number in the case system",
    case_id="Long case number",
    case_id_display="Case number as people quote it",
    short_id="Short case number",
    cpims_id="Number in an earlier case system",
    icrc_ref_no="ICRC reference number",
    rc_id_no="Red Cross or Red Crescent number",
    unhcr_id_no="UNHCR case number",
    unhcr_individual_no="UNHCR individual number",
    un_no="United Nations number",
    national_id_no="National identity number",
    passport_no="Passport number",
    birth_certificate_no="Birth certificate number",
    family_number="Family number",
    ration_card_no="Ration card number",
    other_id_no="Number of another identity document",
    other_agency_id="Number at another agency",
    tracing_request_id="Tracing request number",
    matched_case_id="Number of the case that was matched",
)
PROTECTION_STATUS: Final = _codes(
    "protection_status",
    unaccompanied="Unaccompanied: apart from both parents and all relatives",
    separated="Separated: apart from both parents, perhaps with other relatives",
    accompanied="With a parent or the caregiver responsible by law or custom",
)
SEPARATION_CAUSE: Final = _codes(
    "separation_cause",
    conflict="Conflict",
    death="Death in the family",
    family_abuse_violence_exploitation="Abuse, violence or exploitation in the family",
    lack_of_access_to_services_support="No access to services or support",
    caafag="Association with an armed force or group",
    sickness_of_family_member="Sickness of a family member",
    entrusted_into_the_care_of_an_individual="Given into somebody's care",
    arrest_and_detention="Arrest and detention",
    abandonment="Abandonment",
    repatriation="Repatriation",
    population_movement="Movement of the population",
    migration="Migration",
    poverty="Poverty",
    natural_disaster="Natural disaster",
    divorce_remarriage="Divorce or remarriage of a parent",
    other_please_specify="Other",
)
DISPLACEMENT_STATUS: Final = _codes(
    "displacement_status",
    resident="Resident",
    idp="Displaced inside the country",
    refugee="Refugee",
    stateless_person="Stateless person",
    returnee="Returnee",
    foreign_national="National of another country",
    asylum_seeker="Asylum seeker",
)
ORDER_KIND: Final = _codes(
    "order_kind",
    court_order="Order of a court",
    administrative_decision="Decision of an authority",
    by_law="By law, without an order",
    agreement="Agreement approved by an authority",
)
GUARDIAN_SCOPE: Final = _codes(
    "guardian_scope",
    full="All matters of the child",
    representation="Representation in proceedings",
    personal_care="Personal care",
    residence="Where the child lives",
    health="Consent to medical care",
    education="Education",
    property="Property",
    disclosure="Consent to disclosure of the child's data",
)
CARE_ARRANGEMENT: Final = _codes(
    "care_arrangement",
    parent_s="Parent or parents",
    step_parent="Step-parent",
    customary_caregiver_s="Caregiver by custom",
    adult_sibling="Adult brother or sister",
    kinship_care_extended_family="Extended family",
    foster_care="Foster care",
    residential_care="Residential care",
    kafala="Kafala",
    independent_living="Living independently",
    child_headed_household="Household headed by a child",
    unrelated_adult="Adult who is no relative",
    no_care_arrangement="Nobody",
    other="Other",
)
CAREGIVER_CHANGE: Final = _codes(
    "caregiver_change",
    abuse_exploitation="Abuse or exploitation",
    death_of_caregiver="Death of the caregiver",
    education="Education",
    ill_health_of_caregiver="Ill health of the caregiver",
    poverty="Poverty",
    relationship_breakdown="Breakdown of the relationship",
    other="Other",
)
RELATION: Final = _codes(
    "relation",
    mother="Mother",
    father="Father",
    aunt="Aunt",
    uncle="Uncle",
    grandmother="Grandmother",
    grandfather="Grandfather",
    brother="Brother",
    sister="Sister",
    husband="Husband",
    wife="Wife",
    partner="Partner",
    own_child="Own child",
    other_family="Other family",
    other_nonfamily="Not family",
)
LIFE_STATUS: Final = _codes("life_status", alive="Alive", dead="Dead", unknown="Not known")
CONTACT: Final = _codes(
    "contact",
    allowed="Allowed",
    supervised="Allowed under supervision",
    through_authority="Only through the authority",
    not_allowed="Not allowed",
    not_assessed="Not assessed yet",
)
TRACING_STATUS: Final = _codes(
    "tracing_status",
    open="Open",
    tracing_in_progress="Tracing in progress",
    verified="Family link verified",
    reunified="Reunified",
    closed="Closed",
)
TRACING_TYPE: Final = _codes(
    "tracing_type",
    case_by_case_tracing="Case by case",
    individual_tracing="Individual tracing",
    mass_tracing="Mass tracing",
    photo_tracing="Tracing by photograph",
    referral_to_ngo="Referral to a non-governmental organisation",
    referral_to_icrc="Referral to the ICRC",
)
TRACING_OUTCOME: Final = _codes(
    "tracing_outcome", pending="Pending", successful="Successful", unsuccessful="Unsuccessful", yes="Yes"
)
PHOTO_USE: Final = _codes(
    "photo_use",
    none="No use of the photograph",
    officers_only="Shown by officers to single persons",
    without_name="Published without name and place",
    with_name="Published with the name",
)
