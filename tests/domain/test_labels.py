"""A path of a record is named by the labels of what it leads through."""

import pytest

from handover.domain.labels import english, on_the_way, parts
from handover.domain.record import MalformedRecordError, schema
from handover.domain.shapes import Flag


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("identity.sex", ("guardianship/1/identity.sex",)),
        ("family.members[0].relation", ("guardianship/1/family.members", "part/relative/relation")),
        ("family.members", ("guardianship/1/family.members",)),
        ("identity.names[1].full", ("guardianship/1/identity.names", "part/name/full")),
    ],
)
def test_a_path_leads_through_a_field_and_its_parts(path: str, keys: tuple[str, ...]) -> None:
    assert on_the_way(schema("guardianship/1"), path) == keys
    assert set(keys) <= english().keys()


def test_a_path_to_no_field_has_no_label() -> None:
    with pytest.raises(MalformedRecordError):
        on_the_way(schema("guardianship/1"), "family.nothing")


def test_what_has_no_parts_leads_no_further() -> None:
    assert list(parts(Flag(), ["x"])) == []
