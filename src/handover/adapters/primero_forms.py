"""The default CPIMS+ forms of Primero as tables: which field goes where in guardianship/1.

A field that is in none of these tables, and in none of primero_other.py, stays behind and is reported.
"""

from typing import Final

from handover.adapters.primero_rules import Rule, Rules
from handover.adapters.primero_values import (
    code_of,
    country,
    day,
    day_of_concern,
    exact_day,
    flag,
    identifier,
    name,
    other_name,
    profile_only,
    text,
    whole,
)
from handover.domain import codes, codes_of_care

_RELATION: Final = code_of(codes.RELATION)
_SERVICE: Final = code_of(
    codes_of_care.SERVICE_TYPE, family_seunification_service="family_reunification_service"
)
CONCERN: Final = code_of(codes_of_care.PROTECTION_CONCERN)

RECORD: Final[Rules] = {
    "sex": Rule(to="identity.sex", convert=code_of(codes.SEX)),
    "nationality": Rule(to="identity.nationalities", convert=country, many=True),
    "country_of_origin": Rule(to="identity.country_of_origin", convert=country),
    "language": Rule(to="identity.languages", convert=profile_only, many=True),
    "maritial_status": Rule(to="identity.marital_status", convert=code_of(codes.MARITAL_STATUS)),
    "marital_status": Rule(to="identity.marital_status", convert=code_of(codes.MARITAL_STATUS)),
    "protection_status": Rule(to="status.protection_status", convert=code_of(codes.PROTECTION_STATUS)),
    "date_of_separation": Rule(to="status.since", convert=exact_day),
    "separation_cause": Rule(to="status.separation.cause", convert=code_of(codes.SEPARATION_CAUSE)),
    "separation_cause_other": Rule(to="status.separation.cause_other", convert=text),
    "location_separation": Rule(to="status.separation.place.locality", convert=profile_only),
    "address_separation": Rule(to="status.separation.place.address", convert=text),
    "separation_details": Rule(to="status.separation.circumstances", convert=text),
    "address_last": Rule(to="status.separation.last_home.address", convert=text),
    "landmark_last": Rule(to="status.separation.last_home.landmark", convert=text),
    "location_last": Rule(to="status.separation.last_home.locality", convert=profile_only),
    "telephone_last": Rule(to="status.separation.last_home.telephone", convert=text),
    "displacement_status": Rule(to="status.displacement_status", convert=code_of(codes.DISPLACEMENT_STATUS)),
    "address_current": Rule(to="care.place.address", convert=text),
    "landmark_current": Rule(to="care.place.landmark", convert=text),
    "location_current": Rule(to="care.place.locality", convert=profile_only),
    "address_is_permanent": Rule(to="care.place.permanent", convert=flag),
    "telephone_current": Rule(to="care.place.telephone", convert=text),
    "tracing_status": Rule(to="family.tracing_status", convert=code_of(codes.TRACING_STATUS)),
    "risk_level": Rule(to="protection.risk_level", convert=code_of(codes_of_care.RISK_LEVEL)),
    "urgent_protection_concern": Rule(to="protection.urgent_protection_concern", convert=flag),
    "disability_type": Rule(to="health.disability.type", convert=code_of(codes_of_care.DISABILITY)),
    "activities_child_in_school_or_training": Rule(to="education.attendance.attending", convert=flag),
    "activities_school_name": Rule(to="education.attendance.school", convert=text),
    "occupation": Rule(to="education.attendance.occupation", convert=text),
}
WISH_OF_TRACING: Final[Rules] = {
    "wishes_child_family_tracing": Rule(to="child_view.wishes.family_tracing", convert=flag)
}

NAMES: Final[Rules] = {
    "name_nickname": Rule(to="identity.other_names", convert=other_name("nickname"), many=True),
    "name_other": Rule(to="identity.other_names", convert=other_name("other"), many=True),
    "name_given_post_separation": Rule(
        to="identity.other_names", convert=other_name("name_given_post_separation"), many=True
    ),
}

IDENTIFIERS: Final[Rules] = {
    kind: Rule(to="identity.identifiers", convert=identifier(kind), many=True)
    for kind in (
        "id",
        "case_id",
        "case_id_display",
        "short_id",
        "cpims_id",
        "icrc_ref_no",
        "rc_id_no",
        "unhcr_id_no",
        "unhcr_individual_no",
        "un_no",
        "national_id_no",
        "family_number",
        "ration_card_no",
    )
}

FAMILY: Final[Rules] = {
    "relation_name": Rule(to="names", convert=name),
    "relation": Rule(to="relation", convert=_RELATION),
    "relation_is_caregiver": Rule(to="caregiver", convert=flag),
    "relation_nickname": Rule(to="nickname", convert=text),
    "relation_is_alive": Rule(to="alive", convert=code_of(codes.LIFE_STATUS)),
    "relation_death_details": Rule(to="death", convert=text),
    "relation_age": Rule(to="age", convert=whole),
    "relation_date_of_birth": Rule(to="birth_date", convert=exact_day),
    "relation_sex": Rule(to="sex", convert=code_of(codes.SEX)),
    "relation_language": Rule(to="languages", convert=profile_only, many=True),
    "relation_nationality": Rule(to="nationalities", convert=country, many=True),
    "relation_address_current": Rule(to="place.address", convert=text),
    "relation_location_current": Rule(to="place.locality", convert=profile_only),
    "relation_telephone": Rule(to="telephone", convert=text),
    "relation_other_family": Rule(to="note", convert=text),
}

INQUIRER: Final[Rules] = {
    field: Rule(to=f"inquirer.{rule.to}", convert=rule.convert, many=rule.many)
    for field, rule in FAMILY.items()
    if rule.to
    in (
        "names",
        "birth_date",
        "sex",
        "languages",
        "nationalities",
        "place.address",
        "place.locality",
        "telephone",
    )
}

CARE: Final[Rules] = {
    "care_arrangements_type": Rule(to="type", convert=code_of(codes.CARE_ARRANGEMENT)),
    "care_arrangements_type_other": Rule(to="type_other", convert=text),
    "care_arrangements_type_notes": Rule(to="note", convert=text),
    "care_agency_name": Rule(to="agency", convert=text),
    "care_arrangement_started_date": Rule(to="since", convert=exact_day),
    "child_caregiver_reason_change": Rule(
        to="change", convert=code_of(codes.CAREGIVER_CHANGE, Education="education")
    ),
}
CAREGIVER: Final[Rules] = {
    "name_caregiver": Rule(to="names", convert=name),
    "nickname_caregiver": Rule(to="nickname", convert=text),
    "caregiver_age": Rule(to="age", convert=whole),
    "caregiver_dob": Rule(to="birth_date", convert=exact_day),
    "caregiver_date_of_birth": Rule(to="birth_date", convert=exact_day),
    "caregiver_sex": Rule(to="sex", convert=code_of(codes.SEX)),
    "relationship_caregiver": Rule(to="relation", convert=_RELATION),
    "telephone_caregiver": Rule(to="telephone", convert=text),
    "address_caregiver": Rule(to="place.address", convert=text),
    "location_caregiver": Rule(to="place.locality", convert=profile_only),
}
CARE_NOW: Final[Rules] = {
    field: Rule(to=f"{path}.{rule.to}", convert=rule.convert)
    for path, rules in (("care.arrangement", CARE), ("care.provider", CAREGIVER))
    for field, rule in rules.items()
}
CARE_EARLIER: Final[Rules] = {
    **CARE,
    **{field: Rule(to=f"caregiver.{rule.to}", convert=rule.convert) for field, rule in CAREGIVER.items()},
}
DERIVED_CARE: Final[Rules] = {
    "current_care_arrangements_type": Rule(
        to="care.arrangement.type", convert=code_of(codes.CARE_ARRANGEMENT)
    ),
    "current_care_arrangement_started_date": Rule(to="care.arrangement.since", convert=exact_day),
    "current_name_caregiver": Rule(to="care.provider.names", convert=name),
}

CONCERN_ROW: Final[Rules] = {
    "protection_concern_type": Rule(to="concern", convert=CONCERN),
    "date_concern_identified": Rule(to="identified_on", convert=day_of_concern),
    "concern_details": Rule(to="details", convert=text),
}

WISHED: Final[Rules] = {
    "wishes_name": Rule(to="names", convert=name),
    "wishes_preference_relocated": Rule(to="preference", convert=code_of(codes_of_care.PREFERENCE)),
    "wishes_relationship": Rule(to="relation", convert=_RELATION),
}

SERVICES: Final[Rules] = {
    "service_type": Rule(to="type", convert=_SERVICE),
    "service_type_other": Rule(to="description", convert=text),
    "service_response_type": Rule(to="response", convert=code_of(codes_of_care.SERVICE_RESPONSE)),
    "service_expected_outcome": Rule(to="goal", convert=text),
    "service_implementing_agency": Rule(to="agency", convert=text),
    "service_provider": Rule(to="provider", convert=text),
    "service_location": Rule(to="place", convert=text),
    "service_delivery_location": Rule(to="place", convert=profile_only),
    "service_response_day_time": Rule(to="requested_on", convert=day),
    "service_appointment_date": Rule(to="appointment_date", convert=day),
    "service_status_referred": Rule(to="referred", convert=flag),
    "service_implemented": Rule(to="implemented", convert=code_of(codes_of_care.SERVICE_IMPLEMENTED)),
    "service_implemented_day_time": Rule(to="implemented_on", convert=day),
    "service_referral_notes": Rule(to="note", convert=text),
}
INTERVENTIONS: Final[Rules] = {
    "intervention_service_to_be_provided": Rule(to="description", convert=text),
    "intervention_service_goal": Rule(to="goal", convert=text),
    "case_plan_provider_and_contact_details": Rule(to="provider", convert=text),
    "case_plan_timeframe": Rule(to="due_date", convert=day),
    "intervention_service_success": Rule(to="success", convert=flag),
}
FOLLOW_UPS: Final[Rules] = {
    "followup_type": Rule(
        to="type", convert=code_of(codes_of_care.FOLLOW_UP, for_assesment="for_assessment")
    ),
    "followup_service_type": Rule(to="service", convert=_SERVICE),
    "followup_needed_by_date": Rule(to="needed_by", convert=day),
    "followup_date": Rule(to="date", convert=day),
    "followup_comments": Rule(to="note", convert=text),
}
