"""Tables beside primero_forms.py: tracing requests, claims of consent, and why known fields stay behind."""

from collections.abc import Mapping
from typing import Final

from handover.adapters.primero_forms import INQUIRER
from handover.adapters.primero_rules import Rule, Rules
from handover.adapters.primero_values import (
    code_of,
    day,
    exact_day,
    identifier,
    name,
    other_name,
    profile_only,
    text,
    years,
)
from handover.domain import codes
from handover.domain.sentences import Sentence, sentence

REQUEST: Final[Rules] = {
    "inquiry_date": Rule(to="actions.inquiry_date", convert=day),
    "status": Rule(to="actions.tracing_status", convert=code_of(codes.TRACING_STATUS)),
    "date_of_separation": Rule(to="separation.date", convert=exact_day),
    "separation_cause": Rule(to="separation.cause", convert=code_of(codes.SEPARATION_CAUSE)),
    "separation_cause_other": Rule(to="separation.circumstances", convert=text),
    "location_separation": Rule(to="separation.place.locality", convert=profile_only),
    "location_last": Rule(to="last_news.place.locality", convert=profile_only),
    "telephone_last": Rule(to="last_news.telephone", convert=text),
    "relation_nickname": Rule(to="inquirer.other_names", convert=other_name("nickname"), many=True),
    "relation_age": Rule(to="inquirer.age", convert=years),
    **{
        kind: Rule(to="inquirer.identifiers", convert=identifier(kind), many=True)
        for kind in ("tracing_request_id", "id", "short_id")
    },
    **INQUIRER,
}

SOUGHT: Final[Rules] = {
    "name": Rule(to="names", convert=name),
    "name_nickname": Rule(to="other_names", convert=other_name("nickname"), many=True),
    "name_other": Rule(to="other_names", convert=other_name("other"), many=True),
    "age": Rule(to="age", convert=years),
    "matched_case_id": Rule(to="identifiers", convert=identifier("matched_case_id"), many=True),
    "relation": Rule(to="relation", convert=code_of(codes.RELATION)),
    "sex": Rule(to="sex", convert=code_of(codes.SEX)),
    "date_of_birth": Rule(to="birth_date", convert=exact_day),
    "date_of_separation": Rule(to="separated_on", convert=exact_day),
    "separation_cause": Rule(to="separation_cause", convert=code_of(codes.SEPARATION_CAUSE)),
    "location_separation": Rule(to="separation_place.locality", convert=profile_only),
    "location_last": Rule(to="last_place.locality", convert=profile_only),
    "telephone_last": Rule(to="last_telephone", convert=text),
    "tracing_request_status": Rule(to="status", convert=code_of(codes.TRACING_STATUS)),
}

ANSWERS: Final = frozenset(
    [
        "individual",
        "caregiver",
        "child",
        "other",
        "family",
        "authorities",
        "unhcr",
        "other_organizations",
        "others",
        "fear",
        "communicate_information",
        "consent",
        "contract",
        "vital_interests",
        "beneficiary_interests",
        "legal_obligation",
    ]
)
CLAIMS: Final[Mapping[str, Sentence]] = {
    "interview_subject": sentence("Who gave consent? Ask for the name and the capacity to consent."),
    "consent_source_other": sentence("Who else gave consent, and in which capacity?"),
    "consent_for_services": sentence(
        "Was consent given to case management? It says nothing about this recipient."
    ),
    "consent_for_data_collection": sentence(
        "Was consent given to collect data? It says nothing about this recipient."
    ),
    "consent_reporting": sentence("Was consent given to reports without names? It is none to a disclosure."),
    "consent_for_tracing": sentence("Does the child agree to a search for the family, by whom and how?"),
    "consent_form_completed": sentence("Where is the signed form, and what does it allow?"),
    "consent_notes": sentence("What do the notes on consent say about limits?"),
    "disclosure_other_orgs": sentence(
        "Which organisations may be told, what, for which purpose, until when?"
    ),
    "consent_info_sharing": sentence("Does this group include the receiving authority?"),
    "consent_info_sharing_others": sentence("Does this include the receiving authority?"),
    "information_shared_services": sentence("May this be disclosed to the receiving authority?"),
    "disclosure_deny_details": sentence(
        "What must be withheld, and from whom? Record it before any disclosure."
    ),
    "withhold_details": sentence("What must be withheld, and from whom? Record it before any disclosure."),
    "withholding_info_reason": sentence("Why must something be withheld? Record it before any disclosure."),
    "withholding_info_other_reason": sentence(
        "Why must something be withheld? Record it before any disclosure."
    ),
    "unhcr_export_opt_in": sentence(
        "Does the child agree that UNHCR is told? It says nothing about other recipients."
    ),
    "legitimate_basis": sentence("Which basis is meant, who decided it, and when is it reviewed?"),
    "consent_overridden": sentence("An override is claimed and its reason is missing. Who decided, and why?"),
    "consent_individual_transfer": sentence("The asking party set this itself. Did the child consent?"),
    "approval_obtained_child": sentence("What did the child agree to, and how was it asked?"),
    "approval_obtained_caregiver": sentence(
        "What did the caregiver agree to, and may the caregiver consent?"
    ),
    "child_consent_caregiver_contacted": sentence("Does the child agree that the caregiver is asked?"),
}

_SENSITIVE: Final = sentence(
    "by design the record has no field for religion or ethnicity; see care.upbringing"
)
_OFFICE: Final = sentence("administration of the sending system; no part of the record")
_FILES: Final = sentence("the file itself is not in this document; attach it by hand")
_BEST: Final = sentence("a best interests finding is recorded by an officer and never imported")
_NOTES: Final = sentence("free notes are not imported; an officer chooses what the next authority needs")
_STEPS: Final = sentence("steps of tracing travel in a record of tracing/1")

REASONS: Final[Mapping[str, Sentence]] = {
    **dict.fromkeys(
        [
            "religion",
            "ethnicity",
            "sub_ethnicity_1",
            "sub_ethnicity_2",
            "relation_religion",
            "relation_ethnicity",
        ],
        _SENSITIVE,
    ),
    **dict.fromkeys(
        [
            "enabled",
            "status",
            "workflow",
            "module_id",
            "record_state",
            "record_in_scope",
            "created_at",
            "created_by",
            "created_by_source",
            "created_by_agency",
            "created_organization",
            "last_updated_at",
            "last_updated_by",
            "owned_by",
            "owned_by_groups",
            "owned_by_agency_id",
            "owned_by_agency",
            "owned_by_location",
            "owned_by_full_name",
            "previously_owned_by",
            "assigned_user_names",
            "associated_user_names",
            "flag_count",
            "alert_count",
            "sync_status",
            "synced_at",
            "marked_for_mobile",
            "reopened_logs",
            "case_status_reopened",
            "case_status_reopened_reasons",
            "unique_id",
            "transfer_status",
            "reassigned_transferred_on",
            "registration_date",
            "assessment_due_date",
            "identification_date",
            "interview_date",
            "date_case_plan",
            "case_plan_approved",
            "closure_approved",
            "approval_status_bia",
            "user",
            "referral_section",
            "service_implementing_agency_individual",
            "service_response_timeframe",
            "mark_synced",
            "mark_synced_url",
            "mark_synced_status",
            "duplicate",
            "hidden_name",
            "matched_tracing_request_id",
            "biometrics_id",
        ],
        _OFFICE,
    ),
    **dict.fromkeys(
        [
            "photo",
            "photos",
            "recorded_audio",
            "other_documents",
            "upload_other_document",
            "upload_bia_document",
            "upload_bid_document",
            "current_photo_key",
        ],
        _FILES,
    ),
    **dict.fromkeys(
        ["bia_approved", "bia_approved_date", "bia_approved_comments", "unhcr_bid_report_subform"], _BEST
    ),
    **dict.fromkeys(["notes_section", "note_on_referral_from_provider", "family_notes"], _NOTES),
    **dict.fromkeys(["tracing_actions_section", "reunification_details_section"], _STEPS),
    "age": sentence("the birth date says it already"),
    "estimated": sentence("it qualifies a birth date or an age that the document does not have"),
}
