"""The chapters strict, jws, jwe and record show what the vectors hold, and name each limit and each refusal."""

from typing import Any

import pytest

from handover.domain.errors import HandoverError
from handover.protocol import consent, envelope, jwe, jws, sdjwt, strict
from protocol import log_vectors
from protocol.test_log_documents import EXAMPLE, SPEC, shown

CHAPTERS = {name: (SPEC / f"{name}.md").read_text("utf-8") for name in ("strict", "jws", "jwe", "record")}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_examples_are_vectors(chapter: str) -> None:
    examples = EXAMPLE.findall(CHAPTERS[chapter])
    assert len(examples) == CHAPTERS[chapter].count("<!-- example") > 0
    for folder, name, place, text in examples:
        value: Any = log_vectors.read(folder, name)
        for key in place.split("."):
            value = value[key]
        assert text == shown(value), (name, place)


@pytest.mark.parametrize(
    ("chapter", "module"), [("strict", strict), ("jws", jws), ("jwe", jwe), ("record", sdjwt)]
)
def test_every_refusal_is_named(chapter: str, module: object) -> None:
    raised = [
        each for each in vars(module).values() if isinstance(each, type) and issubclass(each, HandoverError)
    ]
    names = {each.name for each in raised} - {"untrusted", "refused"}
    assert names
    assert {name for name in names if f"`{name}`" not in CHAPTERS[chapter]} == set()


def test_every_type_of_token_is_named() -> None:
    for typ in (envelope.TYPE, consent.TYPE, sdjwt.TYPE):
        assert f"| `{typ}` |" in CHAPTERS["jws"]


def test_every_limit_is_that_of_the_code() -> None:
    for limit in (strict.PART_LIMIT, jwe.PLAINTEXT_LIMIT, jwe.SEALED_LIMIT):
        assert f"{limit:,} bytes".replace(",", " ") in CHAPTERS["strict"]
    assert f"more than {strict.DEPTH_LIMIT} deep" in CHAPTERS["strict"]
    assert f"{strict.LARGEST:,}".replace(",", " ") in CHAPTERS["strict"]
    for length in (jwe.ENCAPSULATED_BYTES, jwe.PUBLIC_BYTES, jwe.PLAINTEXT_LIMIT, jwe.SEALED_LIMIT):
        assert f"{length:,}".replace(",", " ") in CHAPTERS["jwe"]
