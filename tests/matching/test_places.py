"""A place is found at the level that is told, in any script; what is in no table stays comparable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.countries import COUNTRIES
from handover.matching import places, tables
from handover.matching.places import NOWHERE, Place, country, read

ALEPPO = Place(country="SY", region="SY.09", locality="170063")
KUNDUZ = Place(country="AF", region="AF.24", locality="1135689")
WORDS = ("Aleppo", "حلب", "near", "camp", ",", "/", "province", "Syria", "Київ", "ኣስመራ", "de", "x")
ASMARA = Place(country="ER", region="ER.05", locality="343300")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Aleppo", ALEPPO), ("حلب", ALEPPO), ("Halab", ALEPPO), ("Alep", ALEPPO), ("Haleb", ALEPPO), ("Халеб", ALEPPO),
        ("Χαλέπι", ALEPPO), ("Aleppo, Syria", ALEPPO), ("حلب، سوريا", ALEPPO), ("Halep (Suriye)", ALEPPO),
        ("city of Aleppo", ALEPPO), ("مدينة حلب", ALEPPO), ("ALEPPO", ALEPPO),
        ("Kunduz", KUNDUZ), ("Kondoz", KUNDUZ), ("کندز", KUNDUZ), ("Qunduz", KUNDUZ), ("Кундуз", KUNDUZ),
        ("Kundus, Afghanistan", KUNDUZ), ("Asmara", ASMARA), ("ኣስመራ", ASMARA), ("Asmera", ASMARA), ("أسمرة", ASMARA),
    ],
)  # fmt: skip
def test_a_town_is_found_in_any_script(text: str, place: Place) -> None:
    assert read(text) == place


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Aleppo governorate", "SY.09"), ("محافظة حلب", "SY.09"), ("Kunduz province, Afghanistan", "AF.24"),
        ("ولایت کندز", "AF.24"), ("Київська область", "UA.13"), ("Kyivska oblast", "UA.13"),
        ("Western Greece", "GR.ESYE23"), ("Δυτική Ελλάδα", "GR.ESYE23"), ("Thessaly, Greece", "GR.ESYE14"),
        ("Rakhine", "MM.01"), ("রাখাইন", "MM.01"), ("Nangarhar", "AF.18"), ("ننگرهار", "AF.18"),
        ("Debub, Eritrea", "ER.02"),
    ],
)  # fmt: skip
def test_a_region_is_told_from_its_town(text: str, region: str) -> None:
    assert read(text) == Place(country=region[:2], region=region)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Syria", "SY"), ("سوريا", "SY"), ("Syrie", "SY"), ("Сирія", "SY"), ("Συρία", "SY"), ("Afganistán", "AF"),
        ("افغانستان", "AF"), ("ኤርትራ", "ER"), ("বাংলাদেশ", "BD"), ("Soomaaliya", "SO"), ("Ελλάδα", "GR"),
        ("Україна", "UA"),
        ("Côte d'Ivoire", "CI"), ("DR Congo", "CD"), ("ኢትዮጵያ", "ET"), ("Türkiye", "TR"), ("Almanya", "DE"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_names(text: str, code: str) -> None:
    assert country(text) == code
    assert read(text) == Place(country=code)


def test_a_camp_that_no_list_of_towns_holds_is_known() -> None:
    camp = read("camp near Kutupalong")
    assert camp == read("কুতুপালং") == read("Kutupalang refugee camp, Bangladesh")
    assert camp.country == "BD"


def test_the_country_told_decides_among_places_of_one_name() -> None:
    assert read("Tripoli, Lebanon").country == "LB"
    assert read("Tripoli, Libya").country == "LY"
    assert read("Tripoli, Greece").country == "GR"
    assert read("Tripoli", hints=("LB",)).country == "LB"


def test_the_finest_level_is_kept_in_whatever_order_they_come() -> None:
    assert read("Syria, Aleppo") == read("Aleppo - Syria") == read("Syria / Aleppo") == ALEPPO


def test_an_unknown_place_stays_comparable_within_what_is_known() -> None:
    one, other = read("Qwrtzk village, Sudan"), read("قورتزك, Sudan")
    assert one.country == "SD"
    assert one.locality.startswith("~")
    assert other.country == "SD"


def test_a_short_text_is_a_code_and_stays_itself() -> None:
    assert read("wa") == Place(locality="~wa")
    assert read("vic") == Place(locality="~vic")


@pytest.mark.parametrize("text", ["", " ", "-", ",,,", "😀", "\u202e", "123"])
def test_what_is_no_place_is_nowhere(text: str) -> None:
    assert read(text) == NOWHERE


@given(st.text(max_size=300))
def test_any_text_is_a_place_or_nowhere(text: str) -> None:
    place = read(text)
    assert place.country in {"", *COUNTRIES.codes}
    assert not place.region or place.region.startswith(place.country + ".")


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_many_words_are_read_in_bounds(found: list[str]) -> None:
    assert isinstance(read(" ".join(found)), Place)


def test_every_row_of_the_gazetteer_is_whole_and_the_largest_come_first() -> None:
    sizes = []
    for name in tables.PLACES:
        for code, region, number, size, heard in tables.rows(name):
            assert code in COUNTRIES.codes
            assert region or number
            assert set(heard) <= set("ABFHJKLMNRSTXYaeiou?-+ ")
            sizes.append(int(size))
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 40_000


def test_what_was_kept_to_be_quick_is_let_go() -> None:
    read("Aleppo")
    assert places.read.cache_info().currsize > 0
    places.forget()
    assert places.read.cache_info().currsize == 0
