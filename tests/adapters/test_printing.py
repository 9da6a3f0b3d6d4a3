"""Papers: the shipped types and no others, text that stays text and can be copied, in every direction."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.adapters import printing
from handover.adapters.printing import TypstPrinter
from handover.application.paper import Code, Facts, Heading, Lines, Paper, Part, Points, Run, Table, Text

SHIPPED = {"NotoSans-Regular", "NotoSans-Bold", "NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold"}
NAMES = ("محمد علي حداد", "Γιώργος Παπαδόπουλος", "Оксана Ґорецька", "Zoë Nguyễn Thị")
MARKUP = '#strong[x] *b* _i_ $x$ <b>&amp; @ref `raw` // /* \\n #let a = 1 a---b "quoted" ~'

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


def paper(*parts: Part, language: str = "en", title: str = "A paper") -> Paper:
    direction = "rtl" if language == "ar" else "ltr"
    return Paper(
        language=language,
        direction=direction,
        title=title,
        author="gr/athens",
        foot="At the foot",
        parts=parts,
        missing="Some letters are missing.",
    )


def printed(*parts: Part, language: str = "en") -> bytes:
    return TypstPrinter().pdf(paper(*parts, language=language))


def text_of(pdf: bytes) -> str:
    """Give the text as a reader copies it, without the marks of direction that the tool puts in."""
    found = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", found)


def places_of(pdf: bytes) -> dict[str, float]:
    """Give the left edge of each word in Latin letters."""
    command = ["pdftotext", "-bbox", "-", "-"]
    found = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    words = re.findall(r'xMin="([0-9.]+)"[^>]*>([^<]*)</word>', found)
    return {"".join(re.findall("[a-z]", word)): float(left) for left, word in words}


def fonts_of(pdf: bytes) -> set[str]:
    """Give the names of the types that are inside a file."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    plain = [pdf]
    for each in streams:
        try:
            plain.append(zlib.decompress(each))
        except zlib.error:
            continue
    names = {name.decode() for part in plain for name in re.findall(rb"/BaseFont\s*/([A-Za-z0-9+-]+)", part)}
    return {name.partition("+")[2].removesuffix("-Identity-H") for name in names}


def every_part() -> tuple[Part, ...]:
    return (
        Text(run=Run(text="Lead"), lead=True),
        Text(run=Run(text=", ".join(NAMES))),
        Heading(text=f"Heading {NAMES[0]}"),
        Points(items=[Run(text=each) for each in NAMES]),
        Facts(head=("What", "Value"), rows=[("Who", [Run(text=each) for each in NAMES])]),
        Table(head=["A", "B"], widths=[1, 2], rows=[[[Run(text="x")], [Run(text="gr/athens", fixed=True)]]]),
        Code(content="handover:sha-256:abc", alternative="Square code", runs=[Run(text="abc", fixed=True)]),
        Lines(labels=["Signature"]),
    )


@pytest.mark.parametrize("language", ["en", "fr", "es", "el", "uk", "ar"])
def test_a_paper_has_the_shipped_types_and_no_others(language: str) -> None:
    assert fonts_of(printed(*every_part(), language=language)) == SHIPPED


@needs_poppler
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_as_it_was_written(name: str, language: str) -> None:
    assert name in text_of(printed(Text(run=Run(text=name)), language=language))


@needs_poppler
def test_a_sentence_runs_its_own_way_though_it_begins_with_a_foreign_name() -> None:
    sentence = "\u2068giver\u2069 تسلّم \u2068taker\u2069."
    for language in ("ar", "en"):
        words = places_of(printed(Text(run=Run(text=sentence)), language=language))
        assert words["taker"] < words["giver"]


@needs_poppler
def test_what_has_no_direction_runs_as_its_paper() -> None:
    words = places_of(printed(Text(run=Run(text="\u2068first\u2069 - \u2068second\u2069")), language="ar"))
    assert words["second"] < words["first"]


@needs_poppler
@pytest.mark.parametrize(
    "place", ["text", "heading", "point", "fact", "cell", "code", "line", "title", "foot"]
)
def test_markup_stays_text_wherever_it_stands(place: str) -> None:
    run = Run(text=MARKUP)
    parts: dict[str, Part] = {
        "text": Text(run=run),
        "heading": Heading(text=MARKUP),
        "point": Points(items=[run]),
        "fact": Facts(head=("What", "Value"), rows=[(MARKUP, [run])]),
        "cell": Table(head=[MARKUP], widths=[1], rows=[[[run]]]),
        "code": Code(content="x", alternative=MARKUP, runs=[run]),
        "line": Lines(labels=[MARKUP]),
    }
    made = Paper(
        language="en",
        direction="ltr",
        title=MARKUP if place == "title" else "T",
        author="x",
        foot=MARKUP if place == "foot" else "f",
        parts=[parts[place]] if place in parts else [],
        missing="",
    )
    found = "".join(text_of(TypstPrinter().pdf(made)).split())
    assert "".join(MARKUP.split()) in found


@needs_poppler
def test_a_letter_without_a_type_leaves_its_number_and_a_word_about_it() -> None:
    found = text_of(printed(Text(run=Run(text="Name 日 \U0001f44d \x07"))))
    assert "[U+65E5] [U+1F44D] [U+0007]" in found
    assert "Some letters are missing." in found
    assert "Some letters are missing." not in text_of(printed(Text(run=Run(text="Name"))))


def test_every_letter_that_is_said_to_be_there_is_there() -> None:
    letters = sorted(printing.printable())
    parts = Points(items=[Run(text=chr(each)) for each in letters])
    made = printing.compiled(paper(parts), printing.Letters())  # fails where a letter has no shape
    assert fonts_of(made) >= {"NotoSans-Regular", "NotoNaskhArabic-Regular"}


@given(st.text(st.sampled_from([*map(chr, sorted(printing.printable())), "日", "\n", "\x07"]), max_size=60))
@settings(max_examples=60)
def test_whatever_is_written_a_paper_can_be_made(written: str) -> None:
    assert printed(Text(run=Run(text=written)), Heading(text=f"x{written}")).startswith(b"%PDF-")


def test_a_paper_is_tagged_and_says_its_language_and_title() -> None:
    pdf = printed(Heading(text="x"), language="ar")
    assert b"/Lang" in pdf
    assert b"/MarkInfo" in pdf
    metadata = pdf[pdf.index(b"<x:xmpmeta") : pdf.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")]
    ET.fromstring(metadata)  # noqa: S314 - it was made here
    assert b"pdfuaid" in metadata
    assert b"A paper" in metadata


def test_the_same_paper_has_the_same_bytes_and_no_time_of_this_machine() -> None:
    first, second = printed(*every_part()), printed(*every_part())
    assert first == second
    assert b"CreationDate" not in first


def test_a_file_of_the_machine_cannot_be_named_by_what_is_printed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Zzyzx")
    made = printed(Text(run=Run(text=f'#read("{secret}")')))
    assert fonts_of(made) == {"NotoSans-Regular", "NotoSans-Bold"}


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("abc", "ltr"),
        ("محمد abc", "rtl"),
        ("12 אב", "rtl"),
        ("12", ""),
        ("", ""),
        ("\u2068gr/athens\u2069 تسلّم", "rtl"),
        ("\u2068محمد\u2069 gives", "ltr"),
        ("\u2069abc", "ltr"),
        ("\u2068a\u2068b\u2069c\u2069 محمد", "rtl"),
        ("(Оксана) محمد", "ltr"),
    ],
)
def test_the_first_letter_with_a_direction_gives_it(text: str, direction: str) -> None:
    assert Run(text=text).direction == direction
