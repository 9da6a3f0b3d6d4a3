"""The published cases of the chapters, read by the auditor's page: it takes what is right and refuses the rest."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser import auditor

VECTORS = Path(__file__).parents[1] / "vectors"
LOG_KEYS = json.loads((VECTORS / "log-keys.json").read_text("utf-8"))
# What the page does with the input of one case; it throws what it refuses.
_READ = {
    "jws": """async ({ jws, typ, public_hex }) => {
        const found = readJws(utf8(jws), typ);
        need(await ed25519(unhex(public_hex), found.signature, found.input), "signature");
        return { kid: found.kid, payload_hex: hex(found.payload) };
    }""",
    "strict": """({ json, json_hex, base64, base64url }) => {
        if (base64 !== undefined) return { hex: hex(unb64std(base64)) };
        if (base64url !== undefined) return { hex: hex(unb64(base64url)) };
        return { compact: JSON.stringify(readJson(json_hex === undefined ? utf8(json) : unhex(json_hex))) };
    }""",
    "merkle": """async ({ proof, index, size, entry, path, root, old_size, old_root }) => {
        const hashes = path.map((each) => unb64std(each));
        const end = { size, root: unb64std(root) };
        need(hashes.every((each) => each.length === 32), "a hash has 32 bytes");
        if (old_size !== undefined) {
            await checkGrowth({ size: old_size, root: unb64std(old_root) }, end, hashes);
            return { consistent: true };
        }
        const leaf = await sha256(joined([0], unb64std(entry)));
        await checkPath({ index, leaf, path: hashes }, end);
        return { leaf_hash: b64std(leaf) };
    }""",
    "entry": """async ({ document }) => {
        const { salt, ...entry } = readLogEntry(utf8(document));
        const leaf = b64std(await leafHash(utf8(document)));
        return { ...entry, salt, digest: await digest(utf8(document)), leaf_hash: leaf };
    }""",
    "envelope": """async ({ jws, public_hex }) => {
        const { signed, claims } = readEnvelope(utf8(jws));
        need(await ed25519(unhex(public_hex), signed.signature, signed.input), "signature");
        return { kid: signed.kid, digest: await digest(utf8(jws)), claims };
    }""",
    "consent": """async ({ jws, public_hex, disclosure }) => {
        const { signed, ground } = readToken(utf8(jws));
        need(await ed25519(unhex(public_hex), signed.signature, signed.input), "signature");
        if (disclosure) requireGround(ground, { ...disclosure, now: disclosure.at ?? disclosure.now });
        return { kid: signed.kid, digest: await digest(utf8(jws)), fields: ground.fields };
    }""",
    "node-entry": """async ({ node_entry }) => {
        const entry = await readEntry(utf8(node_entry));
        const { node, mandates, status, keys } = entry;
        return { node, mandates, status, kids: keys.map((key) => key.kid) };
    }""",
    "assertion": """async ({ document, attestation, public_hex, statement }) => {
        if (statement !== undefined) return null;
        const { signed, claims } = readAttestation(utf8(attestation));
        need(await ed25519(unhex(public_hex), signed.signature, signed.input), "signature");
        if (document === undefined) return {};
        await checkPasskey(readAssertion(utf8(document)), claims);
        return { digest: await digest(utf8(document)) };
    }""",
    "checkpoint": """async ({ note, key }) => {
        await askBrowser();
        const [origin] = key[0].split("+");
        const [plain, other] = key.map((each) => unb64std(each.split("+").slice(2).join("+")).subarray(1));
        const ids = [await keyId(origin, 1, plain), await keyId(origin, 6, other)];
        const read = readNote(utf8(note));
        need(read.origin === origin, "another log");
        const found = await verifyHead(read, [{ origin, ed25519: plain, mldsa44: other, ids }], { lines: 0 });
        return { origin: read.origin, size: found.size, root: b64std(found.root), time: found.time };
    }""",
    "record": """async ({ presentation, public_hex }) => {
        const skeleton = utf8(presentation.split("~")[0]);
        const found = readRecord(skeleton);
        need(await ed25519(unhex(public_hex), found.signed.signature, found.signed.input), "signature");
        checkSkeleton(found);
        return { kid: found.signed.kid, issuer: found.iss, schema: found.vct, matter: found.matter };
    }""",
}
_TRY = """async (input) => {{
    try {{
        return await ({read})(input);
    }} catch (error) {{
        return {{ refused: error.message, deliberate: error instanceof Refused }};
    }}
}}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


def _cases(chapter: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((VECTORS / chapter).glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        given = case["input"]
        if chapter == "checkpoint":
            given["key"] = LOG_KEYS[given["key"]]["keys"]
        # A bundle holds skeletons alone: what is wrong with disclosures alone is nothing that the page can read.
        alone = "error" not in case or given.get("presentation", "~").partition("~")[1:] == ("~", "")
        if set(given) <= _TAKEN[chapter] and alone:
            yield path.stem, case


_TAKEN = {
    "jws": {"jws", "typ", "public_hex"},
    "strict": {"json", "json_hex", "base64", "base64url"},
    "merkle": {"proof", "index", "size", "entry", "path", "root", "old_size", "old_root"},
    "entry": {"document"},
    "envelope": {"jws", "public_hex"},
    "consent": {"jws", "public_hex", "disclosure"},
    "node-entry": {"node_entry"},
    "assertion": {"document", "attestation", "public_hex"},
    "checkpoint": {"note", "key"},
    "record": {"presentation", "public_hex"},
}


@pytest.mark.parametrize("chapter", _READ)
def test_the_page_reads_what_is_right_and_refuses_the_rest(page: Page, chapter: str) -> None:
    tried = 0
    for name, case in _cases(chapter):
        found = page.evaluate(_TRY.format(read=_READ[chapter]), case["input"])
        tried += 1
        if "error" in case:
            assert found.get("refused"), name
            assert found["deliberate"], (name, found)
        else:
            assert not found.get("refused"), (name, found)
            for member in found.keys() & case["expected"].keys():
                assert found[member] == case["expected"][member], (name, member)
    assert tried > 4
