"""Code lists of protection, the child's view, services, proceedings, documents; codes.py has the others."""

from typing import Final

from handover.domain.shapes import CodeList


def _codes(name: str, **labels: str) -> CodeList:
    return CodeList(name=name, codes=labels)


PROTECTION_CONCERN: Final = _codes(
    "protection_concern",
    sexually_exploited="Sexual exploitation",
    gbv_survivor="Gender-based violence",
    trafficked_smuggled="Trafficking or smuggling of the child",
    statelessness="Statelessness",
    arrested_detained="Arrest or detention",
    migrant="On the move",
    disabled="Disability",
    serious_health_issue="Serious health problem",
    refugee="Refugee",
    caafag="Association with an armed force or group",
    street_child="Living on the street",
    child_mother="Child who is a mother",
    physically_or_mentally_abused="Physical or mental abuse",
    living_with_vulnerable_person="Lives with a vulnerable person",
    worst_forms_of_child_labor="Worst forms of child labour",
    child_headed_household="Household headed by a child",
    mentally_distressed="Mental distress",
    other="Other",
)
RISK_LEVEL: Final = _codes("risk_level", high="High", medium="Medium", low="Low")
BEST_INTERESTS: Final = _codes(
    "best_interests", bia="Best interests assessment", bid="Best interests determination"
)
OUTCOME: Final = _codes(
    "outcome",
    handover="Responsibility moves to the receiving authority",
    family_reunification="Reunification with family",
    change_of_care="Change of care arrangement",
    local_integration="Stay and integration where the child is",
    resettlement="Resettlement",
    voluntary_return="Voluntary return to family or care",
    no_change="No change",
    deferred="Deferred",
    other="Other",
)
NON_REFOULEMENT: Final = _codes(
    "non_refoulement",
    no_risk_found="No risk found",
    risk_excluded_by_safeguards="A risk is excluded by the safeguards named",
    risk_found="A risk was found",
)
INTERPRETER: Final = _codes(
    "interpreter",
    not_needed="Not needed",
    present="Present",
    remote="By telephone or video",
    not_available="Needed but not available",
)
ASSENT: Final = _codes(
    "assent",
    agrees="Agrees",
    agrees_with_conditions="Agrees under conditions",
    disagrees="Disagrees",
    no_view="Does not want to say",
    not_able="Not able to form a view",
)
NOT_HEARD: Final = _codes(
    "not_heard",
    too_young="Too young",
    not_able="Not able to express a view by any means tried",
    child_did_not_wish="Did not wish to be heard",
    no_interpreter="No interpreter could be found",
    emergency="Danger in delay",
    other="Other",
)
PREFERENCE: Final = _codes(
    "preference", first_choice="First choice", second_choice="Second choice", third_choice="Third choice"
)
DISABILITY: Final = _codes(
    "disability",
    mental_disability="Mental",
    physical_disability="Physical",
    both="Mental and physical",
    sensory_disability="Seeing or hearing",
    other="Other",
)
EDUCATION_LEVEL: Final = _codes(
    "education_level",
    none="None",
    pre_primary="Before primary school",
    primary="Primary school",
    lower_secondary="Lower secondary school",
    upper_secondary="Upper secondary school",
    vocational="Vocational training",
    tertiary="After school",
    informal="Outside school",
)
PROCEEDING: Final = _codes(
    "proceeding",
    guardianship="Guardianship",
    custody="Custody",
    international_protection="International protection",
    family_reunification="Family reunification",
    statelessness="Determination of statelessness",
    civil_registration="Civil registration",
    victim_or_witness="The child as victim or witness",
    other="Other",
)
PROCEEDING_STATE: Final = _codes(
    "proceeding_state",
    in_preparation="In preparation",
    open="Open",
    decided="Decided",
    under_appeal="Under appeal",
    closed="Closed",
)
SERVICE_TYPE: Final = _codes(
    "service_type",
    safehouse_service="Safe house",
    health_medical_service="Health care",
    psychosocial_service="Psychosocial support",
    police_other_service="Police and others",
    legal_assistance_service="Legal assistance",
    livelihoods_service="Livelihoods",
    child_protection_service="Child protection",
    family_mediation_service="Family mediation",
    family_reunification_service="Family reunification",
    education_service="Education",
    nfi_clothes_shoes_service="Clothes, shoes and other items",
    water_sanitation_service="Water and sanitation",
    registration_service="Registration",
    food_service="Food",
    other_service="Other",
)
SERVICE_RESPONSE: Final = _codes(
    "service_response",
    care_plan="Care plan",
    action_plan="Action plan",
    service_provision="Service provision",
)
SERVICE_IMPLEMENTED: Final = _codes(
    "service_implemented", not_implemented="Not implemented", implemented="Implemented"
)
FOLLOW_UP: Final = _codes(
    "follow_up",
    after_handover="After the handover",
    after_reunification="After reunification",
    in_care="In care",
    for_service="For a service",
    for_assessment="For an assessment",
)
DOCUMENT_KIND: Final = _codes(
    "document_kind",
    birth_certificate="Birth certificate",
    identity_document="Identity document",
    guardianship_order="Guardianship order",
    best_interests_report="Best interests report",
    court_decision="Decision of a court",
    medical_report="Medical report",
    vaccination_card="Vaccination card",
    school_report="School report",
    family_photograph="Family photograph",
    tracing_request_form="Tracing request form",
    other="Other",
)
MEDIA_TYPE: Final = CodeList(
    name="media_type",
    codes={
        "application/pdf": "PDF document",
        "audio/mp4": "Sound (MPEG-4)",
        "audio/mpeg": "Sound (MP3)",
        "image/jpeg": "Photograph (JPEG)",
        "image/png": "Image (PNG)",
        "text/plain": "Plain text",
    },
)
