"""Descriptions for tests of keys, evidence and scores, all invented; and any view that there can be."""

from hypothesis import strategies as st

from handover.matching.person import Person
from handover.matching.places import Place
from handover.matching.view import View, view

SALT = bytes(range(16))
TAG = b"a tag: 8"

AT_THE_BORDER = Person(
    id="a1",
    given_name="Yousef",
    family_name="Alhalabi",
    father_name="Achmed",
    mother_name="Fatma",
    sex="m",
    birth_date="2014-05-03",
    birth_place="Aleppo",
    nationality="SY",
    separated_on="2025-03",
)
IN_THE_CITY = Person(
    id="b1",
    given_name="يوسف",
    family_name="الحلبي",
    father_name="أحمد",
    mother_name="فاطمة",
    sex="m",
    birth_date="2013",
    nationality="SY",
    separated_on="2025-04",
)
SISTER = Person(
    id="b2",
    given_name="مريم",
    family_name="الحلبي",
    father_name="أحمد",
    mother_name="فاطمة",
    sex="f",
    birth_date="2011-02-07",
    birth_place="Aleppo",
    nationality="SY",
)
STRANGER = Person(
    id="b3",
    given_name="Oksana",
    family_name="Kovalenko",
    mother_name="Iryna",
    sex="f",
    birth_date="2009",
    birth_place="Kharkiv",
    nationality="UA",
)


def seen(person: Person) -> View:
    """Return the view of *person*."""
    return view(person)


_skeletons = st.text("ABFHJKLMNRSTXYaiu", min_size=1, max_size=9)
_names = st.lists(st.lists(_skeletons, min_size=1, max_size=4, unique=True).map(tuple), max_size=8).map(tuple)
_codes = st.sampled_from(("", "SY", "UA", "AF"))
_places = st.builds(
    Place,
    country=_codes,
    region=st.sampled_from(("", "r1", "r2")),
    locality=st.sampled_from(("", "l1", "l2", "l3")),
)
VIEWS = st.builds(
    View,
    given=_names,
    paternal=_names,
    mother=_names,
    sex=st.sampled_from(("", "m", "f")),
    years=st.lists(st.integers(1990, 2026), max_size=6, unique=True).map(tuple),
    month=st.none() | st.integers(1, 12),
    day=st.none() | st.integers(1, 31),
    exact=st.booleans(),
    homes=st.lists(_places.filter(lambda place: place != Place()), max_size=4, unique=True).map(tuple),
    nationality=_codes,
    languages=st.lists(st.sampled_from(("ar", "uk", "fa", "en")), max_size=4, unique=True).map(tuple),
    separated=st.none() | st.tuples(st.integers(2010, 2026), st.integers(0, 12)),
)
