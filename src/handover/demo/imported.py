"""A case out of a Primero document: imported through the API, looked over, completed by an officer."""

from typing import cast

from handover.demo import records
from handover.demo.client import Officer
from handover.demo.records import Case, Document, Sections
from handover.demo.steps import Steps


def import_case(steps: Steps, who: Officer, document: Document) -> tuple[Case, str]:
    """Give the case as it is after an officer has completed it, and the matter's name."""
    matter = who.post("/matters", {"kind": "guardianship", "reference": ""}).text("id")
    which = f"?case={document.which}" if document.of > 1 else ""
    found = who.send(f"/matters/{matter}/import/primero{which}", document.data, "application/json")
    counts = found.at("report", "counts")
    claims = len(found.all("report", "claims"))
    where = f"case {document.which + 1} of {document.of} in " if document.of > 1 else ""
    steps.say(
        who,
        f"imports {where}a Primero document, every value accounted for: "
        + ", ".join(f"{counts.number(fate)} {fate}" for fate in counts.names()),
    )
    steps.out.note(
        f"{claims} claims about consent became questions to the child and the guardian; no consent was made"
    )
    gaps = [str(each.value) for each in found.all("report", "gaps")]
    record = who.get(f"/matters/{matter}/record").at("sections")
    sections, added = records.completed(cast(Sections, record.value))
    if gaps:
        steps.out.note(f"before it can be offered: {', '.join(gaps)}")
    steps.say(who, f"adds what only an officer can say, {len(added)} fields: {', '.join(added)}")
    return Case(schema="guardianship/1", sections=sections), matter
