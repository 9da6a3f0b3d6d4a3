"""Maps one document of Primero, case or tracing request: its tables in order, and what tables cannot say."""

from typing import Final

from handover.adapters import primero_forms as forms
from handover.adapters import primero_other as other
from handover.adapters.primero_file import pointer
from handover.adapters.primero_rules import Rule
from handover.adapters.primero_sheet import Sheet
from handover.adapters.primero_values import Codes, Fate, day, flag, identifier, script_of, text, whole
from handover.domain.groups import DATE, FLAG, LINE
from handover.domain.schema import Value
from handover.domain.sentences import sentence
from handover.domain.shapes import Number

_NAME_PARTS: Final = {"name_first": "given", "name_middle": "middle", "name_last": "family"}
_UNDECIDED: Final = sentence("there are several care arrangements, and no date says which of them counts now")


def map_case(sheet: Sheet) -> None:
    """Fill the sheet from a case."""
    _names(sheet)
    _birth(sheet)
    for rules in (forms.NAMES, forms.IDENTIFIERS, forms.RECORD, forms.WISH_OF_TRACING):
        sheet.apply(rules, sheet.document, sheet.place, sheet.record)
    _numbers_of_others(sheet)
    _care(sheet)
    sheet.rows("family_details_section", forms.FAMILY, "family.members")
    _concerns(sheet)
    _wishes(sheet)
    sheet.rows("services_section", forms.SERVICES, "plan.services")
    sheet.rows("cp_case_plan_subform_case_plan_interventions", forms.INTERVENTIONS, "plan.services")
    sheet.rows("followup_subform_section", forms.FOLLOW_UPS, "plan.follow_ups")


def map_request(sheet: Sheet) -> None:
    """Fill the sheet from a tracing request."""
    sheet.apply(other.REQUEST, sheet.document, sheet.place, sheet.record)
    sheet.rows("tracing_request_subform_section", other.SOUGHT, "sought.persons")


def _names(sheet: Sheet) -> None:
    full = sheet.take("name", text, LINE)
    parts = {part: sheet.take(field, text, LINE) for field, part in _NAME_PARTS.items()}
    said = {part: taken[1] for part, taken in parts.items() if taken}
    if not full and not said:
        return
    # Primero itself makes the whole name of the first, the middle and the last name, in this order.
    joined = " ".join(str(words) for words in said.values())
    whole_name = str(full[1]) if full else joined
    order = "given_family" if whole_name == joined and {"given", "family"} <= said.keys() else "unknown"
    name = {"script": script_of(whole_name), "order": order, "full": whole_name, **said}
    places = [full[0]] if full else []
    places += [taken[0] for taken in parts.values() if taken]
    sheet.give(places, [name], "identity.names")


def _birth(sheet: Sheet) -> None:
    born = sheet.take("date_of_birth", day, DATE)
    estimated = sheet.take("estimated", flag, FLAG)
    places = [estimated[0]] if estimated else []
    if born:
        precision = "estimated" if estimated and estimated[1] else "day"
        sheet.give([born[0], *places], {"date": born[1], "precision": precision}, "identity.birth_date")
        return
    age = sheet.take("age", whole, Number(highest=130))
    if age:
        told = {"estimated": estimated[1]} if estimated else {}
        sheet.give([age[0], *places], {"years": age[1], **told}, "identity.age")


def _numbers_of_others(sheet: Sheet) -> None:
    for number, issuer in (("other_id_no", "other_id_type"), ("other_agency_id", "other_agency_name")):
        by = sheet.take(issuer, text, LINE)
        convert = identifier(number, by[1] if by else None)
        rule = Rule(to="identity.identifiers", convert=convert, many=True)
        sheet.apply({number: rule}, sheet.document, sheet.place, sheet.record)
        field = sheet.find(sheet.document, number)
        if field and by and sheet.fate(pointer(sheet.place, field)) is Fate.MAPPED:
            sheet.note(by[0], Fate.MAPPED, path="identity.identifiers")


def _care(sheet: Sheet) -> None:
    field = sheet.find(sheet.document, "care_arrangements_section")
    rows = sheet.document[field] if field else None
    if field and isinstance(rows, list):
        place = pointer(sheet.place, field)
        now = _row_of_now(rows)
        if now is None:
            sheet.note(place, Fate.UNMAPPED, reason=_UNDECIDED)
            return
        for index, row in enumerate(rows):
            if index == now and isinstance(row, dict):
                sheet.apply(forms.CARE_NOW, row, f"{place}/{index}", sheet.record)
            else:
                sheet.rows("care_arrangements_section", forms.CARE_EARLIER, "care.earlier", only=index)
    sheet.apply(forms.DERIVED_CARE, sheet.document, sheet.place, sheet.record)


def _row_of_now(rows: list[object]) -> int | None:
    if len(rows) == 1:
        return 0
    begun = [row.get("care_arrangement_started_date") if isinstance(row, dict) else None for row in rows]
    days = [str(day) for day in begun if isinstance(day, str)]
    latest = max(days, default="")
    return begun.index(latest) if len(days) == len(rows) and days.count(latest) == 1 else None


def _concerns(sheet: Sheet) -> None:
    def other_concern(value: object, codes: Codes) -> Value:
        return {"concern": "other", "details": text(value, codes)}

    def concern(value: object, codes: Codes) -> Value:
        code = forms.CONCERN(value, codes)
        told = sheet.values.get("protection.concerns")
        rows = told if isinstance(told, list) else []
        said = [row for row in rows if isinstance(row, dict) and row["concern"] == code]
        return said[0] if said else {"concern": code}

    to = "protection.concerns"
    sheet.rows("protection_concern_detail_subform_section", forms.CONCERN_ROW, to)
    rules = {
        "protection_concerns_other": Rule(to=to, convert=other_concern, many=True),
        "protection_concerns": Rule(to=to, convert=concern, many=True),
    }
    sheet.apply(rules, sheet.document, sheet.place, sheet.record)


def _wishes(sheet: Sheet) -> None:
    field = "child_preferences_section"
    sheet.rows(field, forms.WISHED, "child_view.wishes.persons")
    rows = sheet.document.get(field)
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            place = f"{pointer(sheet.place, field)}/{index}"
            sheet.apply(forms.WISH_OF_TRACING, row, place, sheet.record)
