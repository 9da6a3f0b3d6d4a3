"""Files that officers send: known by their content, never by name or header; given back to be saved, never shown."""

import json

import pytest

from handover.domain.ids import MatterId
from handover.protocol.attachment import LONGEST_FILE
from pages.fields import Sheet
from pages.office import Browser, Offices

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 64
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PDF = b"%PDF-1.7\n" + b"x" * 64
SCRIPT = b"<html><script>alert(1)</script></html>"
NAMES = (
    "../../etc/passwd", "..\\..\\x", "/etc/passwd", "<script>alert(1)</script>.jpg", '"><img onerror=alert(1)>.jpg',
    "x\r\nset-cookie: a=b", "\u202egpj.exe", "a" * 300, "Leila Ahmadi.jpg", "con", "%00.jpg", "x.php",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(shared: Offices) -> Browser:
    return shared.browser(shared.north, "sends")


@pytest.fixture
def at(shared: Offices, browser: Browser) -> str:
    matter = shared.matter()
    browser.say_why(matter)
    return f"/office/matters/{matter}"


def send(
    browser: Browser, at: str, data: bytes, *, name: str = "f", kind: str = "", of: str = "photo"
) -> int:
    answer = browser.post(f"{at}/files", {"kind": of, "title": "T"}, files={"file": (name, data, kind)})
    if answer.status_code == 422:
        page = Sheet(answer.text)
        assert page.faults == ["#file"]
        assert "file" in page.ids
        assert page.sent["title"] == ["T"]
    return answer.status_code


def kept(browser: Browser, at: str) -> str:
    record = browser.get(f"{at}/record")
    links = [each for each in Sheet(record).links if "/files/" in each]
    assert len(links) == 1
    return links[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_is_used_for_nothing(browser: Browser, at: str, name: str) -> None:
    assert send(browser, at, JPEG, name=name, kind="text/html") == 303
    record = browser.get(f"{at}/record")
    assert "alert(1)" not in record
    assert "Leila" not in record
    answer = browser.client.get(kept(browser, at))
    assert answer.headers["content-disposition"] == 'attachment; filename="file.jpg"'
    assert "a=b" not in str(answer.headers)
    assert answer.content == JPEG
    data = browser.node.settings.data
    assert not [path for path in data.rglob("*") if path.name in (name, "passwd", "con", "x.php")]


@pytest.mark.parametrize("header", ["text/html", "image/svg+xml", "application/x-php", "image/png", "", "x"])
def test_a_file_is_what_its_content_says(browser: Browser, at: str, header: str) -> None:
    assert send(browser, at, PNG, name="x.html", kind=header) == 303
    answer = browser.client.get(kept(browser, at))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "data",
    [
        b"", SCRIPT, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<?xml version='1.0'?><x/>",
        b"MZ\x90\0", b"\x7fELF", b"PK\x03\x04", b"GIF89a<script>", b"\0" * 10, b"BM", b"\xff\xd8", b"%PDF",
        b"#!/bin/sh\n<", b"\xfe\xff\0<",
        "\ufeff<html>".encode(), b"ID", b"plain text is no photograph", PDF,
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_photograph_is_refused_as_one(browser: Browser, at: str, data: bytes) -> None:
    assert send(browser, at, data, name="photo.jpg", kind="image/jpeg") == 422


@pytest.mark.parametrize("start", [JPEG, PNG, PDF])
def test_a_file_that_is_a_page_as_well_is_never_shown(browser: Browser, at: str, start: bytes) -> None:
    of = "photo" if start != PDF else "birth_certificate"
    assert send(browser, at, start + SCRIPT, name="x.html", kind="text/html", of=of) in (303, 422)
    links = [each for each in Sheet(browser.get(f"{at}/record")).links if "/files/" in each]
    for link in links:
        answer = browser.client.get(link)
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-type"] in ("image/jpeg", "image/png", "application/pdf")
        assert "sandbox" in answer.headers["content-security-policy"]


def test_a_file_that_is_too_large_is_refused(browser: Browser, at: str) -> None:
    assert send(browser, at, JPEG + b"\0" * (LONGEST_FILE - len(JPEG) + 1)) == 422
    assert send(browser, at, JPEG + b"\0" * (LONGEST_FILE + 100_000)) == 413


def test_more_files_than_one_form_has_are_refused(browser: Browser, at: str) -> None:
    token = browser.token(f"{at}/files")
    files = [("file", (f"f{number}", JPEG, "image/jpeg")) for number in range(5)]
    answer = browser.client.post(f"{at}/files", data={"csrf": token, "kind": "photo"}, files=files)
    assert answer.status_code == 400
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"", b"--x", b"--x\r\n\r\n", b"--x\r\ncontent-disposition: form-data\r\n\r\na\r\n--x--", b"--y\r\n",
        b"\xff" * 99,
    ],
    ids=range(6),
)  # fmt: skip
def test_a_broken_upload_is_no_fault_of_the_node(browser: Browser, at: str, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = browser.client.post(f"{at}/files", content=body, headers=headers)
    assert answer.status_code in (400, 403)


def test_a_file_of_another_matter_is_not_there(shared: Offices, browser: Browser, at: str) -> None:
    assert send(browser, at, PNG) == 303
    file = kept(browser, at).rpartition("/")[2]
    other = shared.matter()
    browser.say_why(other)
    assert browser.client.get(f"/office/matters/{other}/files/{file}").status_code == 404


def test_a_document_to_import_that_is_none_is_refused(shared: Offices, browser: Browser) -> None:
    matter = shared.matter()
    browser.say_why(matter)
    path = f"/office/matters/{matter}/import"
    for data in (
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        SCRIPT,
        b"\xff",
        b'{"a":' * 5000,
        b"\0",
        b"9" * 5000,
        JPEG,
    ):
        answer = browser.post(path, {"case": "<b>1</b>"}, files={"file": ("x", data, "application/json")})
        assert answer.status_code == 422, data[:20]
        assert "<b>1</b>" not in answer.text
    with browser.node.database.reading() as work:
        assert work.records.versions(MatterId(matter)) == [1]


def test_what_an_import_could_not_take_over_is_told_in_the_language_of_the_page(
    shared: Offices, browser: Browser
) -> None:
    matter = shared.matter()
    browser.say_why(matter)
    path = f"/office/matters/{matter}/import"
    case: dict[str, object] = {
        "case_id": "1", "name": 5, "religion": ["x"], "consent_for_services": True, "sex": "n/a",
        "family_details_section": [{"relation": "mother", "relation_age": -5}],
    }  # fmt: skip
    sent = {"file": ("case.json", json.dumps(case).encode(), "application/json")}
    told = browser.client.post(
        f"{path}?language=fr", data={"csrf": browser.token(path)}, files=sent, follow_redirects=False
    )
    browser.client.get("/office/account?language=en")
    assert told.status_code == 200
    main = told.text.partition("<main")[2].partition("</main>")[0]
    assert 'lang="en"' not in main
    for said in (
        "un nombre se trouve là où il faut du texte",
        "l’origine ethnique",
        "un code de cette installation",
    ):
        assert said in main
    assert "Le consentement a-t-il été donné à la gestion du dossier\u202f?" in main
    assert "</bdi>\u202f: oui)" in main


def test_evidence_to_compare_that_is_none_is_told_as_such(shared: Offices) -> None:
    browser = shared.browser(shared.north, "audits")
    path = f"/office/audit/matters/{shared.matter()}/compare/files"
    for data in (b"", b"x", b"PK\x03\x04", b"{}", SCRIPT, b"\0" * 1000):
        answer = browser.post(path, files={"file": ("other.handover", data, "application/octet-stream")})
        assert answer.status_code in (200, 422), data[:20]
        assert "<script>alert" not in answer.text
