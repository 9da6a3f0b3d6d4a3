"""Keys in other hands and signatures that do not fit: the auditor's page says what the program says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser import auditor
from browser.auditor import agreed
from continuing import handed_over
from federation import federation
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.protocol import strict
from handover.protocol.evidence import Word
from handover.protocol.node_key import KeyUse
from paper import DAY, NOW, Lines, Paper, Tale, bundle, paper
from stories import rules


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


@pytest.fixture
def world(tmp_path: Path) -> Paper:
    return paper(tmp_path, "gr/athens", "de/hamburg")


def _told(page: Page, world: Paper, node: int, since: int, use: KeyUse) -> Report:
    """Give what page and program say of a handover whose newest registry tells of a key in other hands."""
    tale = Tale(world, world.authors[0], world.authors[1]).whole()
    author = world.authors[node]
    (kid,) = [key.kid for key in author.public_keys() if key.use is use]
    world.registrar.ceremony.mark_compromised(author.node, kid, since=since, now=tale.now + 2 * DAY)
    world.publish(tale.now + 2 * DAY)
    return agreed(page, [bundle(who, tale, at=tale.now + 3 * DAY) for who in world.authors], world.root)


@pytest.mark.parametrize("use", [KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ])
@pytest.mark.parametrize("node", [0, 1])
@pytest.mark.parametrize("since", [NOW - 1, NOW + DAY])
def test_a_key_in_other_hands_proves_what_it_does_in_the_program(
    page: Page, world: Paper, node: int, since: int, use: KeyUse
) -> None:
    report = _told(page, world, node, since, use)
    assert report.verdict is not Verdict.VALID
    assert Rule.KEY_COMPROMISED in rules(report, *Severity)
    assert (report.verdict is Verdict.INVALID) == (use is KeyUse.SIG and since < NOW)


def test_what_nobody_has_logged_is_not_believed_of_a_key_in_other_hands(page: Page, world: Paper) -> None:
    tale = Tale(world, world.authors[0], world.authors[1]).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, tale.sender, deliver=False)
    (kid,) = [key.kid for key in tale.sender.public_keys() if key.use is KeyUse.SIG]
    world.registrar.ceremony.mark_compromised(tale.sender.node, kid, since=tale.now + DAY, now=tale.now + DAY)
    world.publish(tale.now + 2 * DAY)
    report = agreed(page, [bundle(tale.sender, tale, at=tale.now)], world.root)
    assert report.matters[0].chain == ()


@pytest.mark.parametrize("word", [Word.ENVELOPE, Word.RECORD, Word.CONSENT])
def test_a_signature_that_does_not_fit_is_seen(page: Page, world: Paper, word: Word) -> None:
    def change(lines: Lines) -> None:
        head, _, signature = lines[word][0].rpartition(b".")
        other = bytearray(strict.unb64(signature))
        other[40] ^= 1
        lines[word][0] = head + b"." + strict.b64(bytes(other)).encode()

    tale = Tale(world, world.authors[0], world.authors[1]).whole()
    report = agreed(page, [bundle(world.authors[0], tale, change=change)], world.root)
    assert report.verdict is not Verdict.VALID
    assert (Rule.SIGNATURE in rules(report, Severity.INVALID)) == (word is Word.ENVELOPE)


@pytest.mark.parametrize("back", [0, 3600])
def test_the_receipt_of_a_deed_between_others_dates_it(page: Page, tmp_path: Path, back: int) -> None:
    """The third authority shows how the case came to the second; the key of the first was stolen since, or before."""
    with federation(tmp_path, "gr/athens", "de/hamburg", "fr/lyon") as (fed, [athens, hamburg, lyon]):
        case = handed_over(fed, athens, hamburg, lyon)
        fed.clock.pass_(10)
        since = fed.clock.now - back
        fed.ceremony.mark_compromised(athens.id, athens.vault.signer.kid, since=since, now=fed.clock.now)
        fed.publish()
        data = lyon.evidence.export(case.matter(lyon), actor=case.officer(lyon))
        report = agreed(page, [data], lyon.pinned_root)
    chain = [link.taker for link in report.matters[0].chain]
    assert (report.verdict, chain) == (
        (Verdict.INVALID, [lyon.id]) if back else (Verdict.VALID, [hamburg.id, lyon.id])
    )
