"""The cases of docs/spec/record.md: whole records, and signed records of every wrong shape."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256, shake_256

from handover.domain.ids import NodeId, PairId
from handover.domain.record import Absent, Value, record, schema, to_wire
from handover.protocol import jws, sdjwt, strict
from handover.protocol.sdjwt import Issued
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused

ISSUER = NodeId("gr/athens")
JTI = "019a9b10-7c00-7000-8000-000000000001"
IAT = 1_790_000_000
MATTER = PairId("bWF0dGVyIG9mIGEgcGFpcg")
SALT = strict.b64(bytes(16))
TRACING = schema("tracing/1")
SOUGHT: dict[str, Value] = {
    "inquirer.names": [
        {"script": "Arab", "order": "given_father_family", "full": "يوسف كريم حداد"},
        {"script": "Latn", "order": "given_family", "full": "Yousef Haddad", "family": "Haddad"},
    ],
    "inquirer.sex": "male",
    "inquirer.telephone": "+30 2310 000000",
    "sought.persons": [
        {
            "names": [{"script": "Latn", "order": "given_family", "full": "Maryam Haddad"}],
            "relation": "sister",
        }
    ],
    "separation.date": {"date": "2024-02", "precision": "month"},
    "separation.cause": Absent.NOT_APPLICABLE,
    "last_news.content": "A cousin saw her at the station.\nShe had a red coat.",
    "actions.tracing_status": "open",
}
CHILD: dict[str, Value] = {
    "identity.names": [
        {"script": "Cyrl", "order": "family_given", "full": "Шевченко Олена"},
        {"script": "Latn", "order": "given_family", "full": "Olena Shevchenko"},
    ],
    "identity.birth_date": {"date": "2012", "precision": "estimated"},
    "identity.sex": "female",
    "identity.languages": ["uk", "ru"],
    "status.protection_status": "unaccompanied",
    "health.urgent_needs": "Insulin twice a day.",
}
SOME = ("inquirer.names", "separation.date", "separation.cause", "last_news.date")


def issue(kind: str, values: dict[str, Value]) -> Issued:
    """Give the record with salts made of a fixed seed."""
    return sdjwt.issue(
        record(schema(kind), values),
        issuer=ISSUER,
        jti=JTI,
        iat=IAT,
        matter=MATTER,
        signer=SIGNER,
        random=lambda size: shake_256(b"salts").digest(size),
    )


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    tracing, child = issue("tracing/1", SOUGHT), issue("guardianship/1", CHILD)
    found = {
        "tracing-some-fields": _whole("Four fields of a tracing request.", tracing, SOUGHT, SOME),
        "tracing-all-fields": _whole("Every field.", tracing, SOUGHT, tuple(tracing.disclosures)),
        "skeleton": _whole("No field: what is left after erasure.", tracing, SOUGHT, ()),
        "guardianship-some-fields": _whole("A child's record.", child, CHILD, tuple(CHILD)),
    }
    for name, description, presentation, error in (
        *_presentations(tracing),
        *_disclosures(tracing),
        *_skeletons(tracing),
        *_claims(tracing),
    ):
        found[name] = refused(description, _input(presentation), error)
    return found


def _input(presentation: bytes) -> Case:
    return {"presentation": presentation.decode("utf-8"), "public_hex": SIGNER.public.hex()}


def _whole(description: str, issued: Issued, values: dict[str, Value], fields: tuple[str, ...]) -> Case:
    unverified = sdjwt.read(sdjwt.present(issued, fields))
    expected = {
        "kid": SIGNER.kid,
        "issuer": ISSUER,
        "jti": JTI,
        "iat": IAT,
        "schema": unverified.claimed.vct,
        "matter": MATTER,
        "record": strict.digest(issued.jwt),
        "values": {path: to_wire(values.get(path, Absent.UNKNOWN)) for path in fields},
    }
    return accepted(description, _input(sdjwt.present(issued, fields)), expected, _steps(issued, fields))


def _steps(issued: Issued, fields: tuple[str, ...]) -> Case:
    _, payload, _ = issued.jwt.split(b".")
    shown = [issued.disclosures[path] for path in fields]
    return {
        "payload": strict.unb64(payload).decode("ascii"),
        "disclosures": [strict.unb64(part).decode("utf-8") for part in shown],
        "encoded": [part.decode("ascii") for part in shown],
        "digests": [strict.digest(part) for part in shown],
    }


def _joined(*parts: bytes) -> bytes:
    return b"~".join([*parts, b""])


Refusals = Iterator[tuple[str, str, bytes, str]]


def _presentations(issued: Issued) -> Refusals:
    jwt, shown = issued.jwt, [issued.disclosures[path] for path in SOME]
    foreign = issue("tracing/1", {"inquirer.names": SOUGHT["inquirer.names"], "inquirer.sex": "female"})
    whole = _joined(jwt, *shown)
    yield "no-tilde", "The last tilde is missing.", whole[:-1], "malformed"
    yield "skeleton-alone", "A skeleton without its tilde.", jwt, "malformed"
    yield "key-binding", "A token of the holder at the end.", whole + jwt, "malformed"
    yield "empty-disclosure", "Two tildes on end.", jwt + b"~~", "disclosure"
    yield (
        "unreferenced",
        "A disclosure of another record.",
        _joined(jwt, foreign.disclosures["inquirer.sex"]),
        "disclosure",
    )
    yield "twice", "One disclosure twice.", _joined(jwt, shown[0], shown[0]), "disclosure"
    yield (
        "out-of-order",
        "Two disclosures in the wrong order.",
        _joined(jwt, shown[1], shown[0]),
        "disclosure",
    )
    yield (
        "disclosure-changed",
        "One letter of a disclosure is changed.",
        _changed(whole, len(jwt) + 30),
        "disclosure",
    )
    yield "disclosure-padded", "Padding behind a disclosure.", _joined(jwt, shown[0] + b"="), "disclosure"
    yield "general", "A disclosure as text, not encoded.", _joined(jwt, b'["a","b"]'), "disclosure"
    other = foreign.jwt.rsplit(b".", 1)[1]
    yield (
        "signature-of-another",
        "The signature of another record.",
        _joined(jwt.rsplit(b".", 1)[0] + b"." + other),
        "signature",
    )
    header, payload, _ = jwt.split(b".")
    forged = OTHER_SIGNER.sign(header + b"." + payload)
    yield (
        "signed-by-another",
        "Signed with another key than the one named.",
        _joined(header + b"." + payload + b"." + strict.b64_ascii(forged)),
        "signature",
    )
    typed = jws.sign(strict.unb64(payload), typ="vc+sd-jwt", signer=SIGNER)
    yield "typ-former", "The type that drafts had.", _joined(typed), "malformed"
    typed = jws.sign(strict.unb64(payload), typ="handover-consent+jwt", signer=SIGNER)
    yield "typ-of-a-consent", "The type of a consent token.", _joined(typed), "malformed"


def _changed(data: bytes, place: int) -> bytes:
    return data[:place] + (b"A" if data[place : place + 1] != b"A" else b"B") + data[place + 1 :]


def _disclosures(issued: Issued) -> Refusals:
    """Records that were really signed over one wrong disclosure, in the field inquirer.sex."""
    old = strict.digest(issued.disclosures["inquirer.sex"])
    for name, description, document, error in (
        ("salt-short", "A salt of 15 bytes.", _pair(strict.b64(bytes(15)), "male"), "disclosure"),
        ("salt-long", "A salt of 17 bytes.", _pair(strict.b64(bytes(17)), "male"), "disclosure"),
        ("salt-second-spelling", "A salt with spare bits set.", _pair(SALT[:-1] + "B", "male"), "disclosure"),
        ("salt-number", "A salt that is a number.", b'[7,"male"]', "disclosure"),
        ("named", "A disclosure of an object's member.", _pair(SALT, "sex", "male"), "disclosure"),
        ("salt-alone", "No value.", _pair(SALT), "disclosure"),
        ("object", "An object.", b'{"salt":"a"}', "disclosure"),
        ("space", "White space in the document.", f'["{SALT}", "male"]'.encode(), "malformed"),
        ("not-json", "No JSON.", f'["{SALT}",male]'.encode(), "malformed"),
        ("value-twice", "A member twice in the value.", f'["{SALT}",{{"a":1,"a":1}}]'.encode(), "malformed"),
        ("value-null", "Null is no value.", f'["{SALT}",null]'.encode(), "malformed-record"),
        ("value-empty", "Empty text is no value.", _pair(SALT, ""), "malformed-record"),
        (
            "value-of-another-field",
            "A value that does not fit its field.",
            _pair(SALT, ["male"]),
            "malformed-record",
        ),
        ("value-no-code", "A word that is not in the list.", _pair(SALT, "unknown"), "malformed-record"),
        (
            "absent-withheld",
            "An absence of an unknown kind.",
            _pair(SALT, {"absent": "withheld"}),
            "malformed-record",
        ),
        (
            "absent-and-more",
            "Absent, and a value.",
            _pair(SALT, {"absent": "unknown", "v": 1}),
            "malformed-record",
        ),
    ):
        disclosure = strict.b64_ascii(document)
        jwt = _signed(issued, _replacing(old, _digest(disclosure)))
        yield f"disclosure-{name}", description, _joined(jwt, disclosure), error
    document = strict.b64_ascii(_pair(SALT, "male")) + b"=="
    jwt = _signed(issued, _replacing(old, _digest(document)))
    yield "disclosure-signed-padded", "Padding that was signed.", _joined(jwt, document), "malformed"


def _skeletons(issued: Issued) -> Refusals:
    """Records that were really signed over a skeleton that is not the schema's."""
    digests = [strict.digest(part) for part in issued.disclosures.values()]
    first, second = digests[:2]
    sex = f',"sex":[{{"...":"{strict.digest(issued.disclosures["inquirer.sex"])}"}}]'
    for name, description, change in (
        ("digest-twice", "One digest in two fields.", _replacing(second, first)),
        ("digest-second-spelling", "A digest with spare bits set.", _replacing(first, first[:-1] + "B")),
        ("digest-short", "A digest that lacks a letter.", _replacing(first, first[:-1])),
        ("field-missing", "A field is missing.", _replacing(sex, "")),
        (
            "field-more",
            "A field that the schema has not.",
            _replacing(sex, sex + sex.replace("sex", "religion")),
        ),
        ("field-renamed", "A field has another name.", _replacing('"sex"', '"gender"')),
        ("field-visible", "A value stands in the open.", _replacing(sex, ',"sex":"male"')),
        ("field-visible-in-array", "A value stands in the open.", _replacing(sex, ',"sex":["male"]')),
        ("field-empty", "An array with nothing hidden.", _replacing(sex, ',"sex":[]')),
        (
            "field-decoy",
            "Two hidden values in one field.",
            _replacing(sex, sex[:-1] + ',{"...":"' + "A" * 43 + '"}]'),
        ),
        (
            "field-with-member",
            "A member beside the digest.",
            _replacing('"}],"other_names"', '","a":1}],"other_names"'),
        ),
        ("section-missing", "A section is missing.", _replacing('"limits":{', '"limit":{')),
        ("section-more", "A section that the schema has not.", _replacing('"}]}}}', '"}]},"entry":{}}}')),
        ("sections-in-disorder", "The sections are in another order.", _turned),
        (
            "sd-array",
            "Hidden members instead of hidden elements.",
            _replacing('"sections":{', '"sections":{"_sd":[],'),
        ),
        ("member-twice", "One field twice.", _replacing(sex, sex + sex)),
        ("other-schema", "The sections of another schema.", _replacing("tracing/1", "guardianship/1")),
    ):
        yield f"skeleton-{name}", description, _joined(_signed(issued, change)), "malformed"


def _turned(text: str) -> str:
    claims = json.loads(text)
    claims["sections"] = dict(reversed(claims["sections"].items()))
    return json.dumps(claims, separators=(",", ":"))


def _claims(issued: Issued) -> Refusals:
    """Records that were really signed over claims that are not exactly those of a record."""
    for name, description, change, error in (
        ("iss-missing", "No issuer.", _replacing(f'"iss":"{ISSUER}",', ""), "malformed"),
        (
            "iss-address",
            "An address for an issuer.",
            _replacing(ISSUER, "https://athens.example"),
            "malformed",
        ),
        ("iss-upper-case", "An issuer in upper case.", _replacing(ISSUER, "GR/athens"), "malformed"),
        ("iss-escaped", "An escape in the issuer.", _replacing(ISSUER, "gr\\/athens"), "malformed"),
        ("jti-upper-case", "An identifier in upper case.", _replacing(JTI, JTI.upper()), "malformed"),
        ("iat-text", "A time as text.", _replacing(f":{IAT}", f':"{IAT}"'), "malformed"),
        ("iat-fraction", "A time with a fraction.", _replacing(f":{IAT}", f":{IAT}.0"), "malformed"),
        ("iat-leading-zero", "A time with a zero in front.", _replacing(f":{IAT}", f":0{IAT}"), "malformed"),
        ("iat-negative", "A time before 1970.", _replacing(f":{IAT}", ":-1"), "malformed"),
        ("iat-beyond", "A time beyond 2^53-1.", _replacing(f":{IAT}", ":9007199254740992"), "malformed"),
        (
            "vct-unknown",
            "A schema that nobody knows.",
            _replacing("tracing/1", "tracing/2"),
            "unknown-schema",
        ),
        (
            "vct-address",
            "An address for a schema.",
            _replacing("tracing/1", "https://a.example/1"),
            "malformed",
        ),
        ("sd-alg-other", "Another digest.", _replacing("sha-256", "sha-512"), "malformed"),
        ("sd-alg-missing", "No digest is named.", _replacing('"_sd_alg":"sha-256",', ""), "malformed"),
        ("matter-short", "A pseudonym of 15 bytes.", _replacing(MATTER, MATTER[:20]), "malformed"),
        ("claim-more", "A claim more.", _replacing('"iat"', '"exp":1,"iat"'), "malformed"),
        ("claim-behind", "A claim behind the sections.", _replacing('"}]}}}', '"}]}},"exp":1}'), "malformed"),
        ("claim-twice", "An issuer twice.", _replacing('"jti"', '"iss":"de/hamburg","jti"'), "malformed"),
        ("claims-in-disorder", "The claims in another order.", _sorted, "malformed"),
        (
            "claims-with-space",
            "White space between claims.",
            lambda text: text.replace('","', '", "'),
            "malformed",
        ),
        ("claims-array", "Claims that are no object.", lambda text: f"[{text}]", "malformed"),
        ("not-ascii", "An issuer with a foreign letter.", _replacing(ISSUER, "gr/athéns"), "malformed"),
    ):
        yield name, description, _joined(_signed(issued, change)), error


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True)


def _replacing(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return change


def _signed(issued: Issued, change: Callable[[str], str]) -> bytes:
    payload = strict.unb64(issued.jwt.split(b".")[1]).decode("ascii")
    return jws.sign(change(payload).encode(), typ=sdjwt.TYPE, signer=SIGNER)


def _pair(*parts: object) -> bytes:
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(disclosure: bytes) -> str:
    return strict.b64(sha256(disclosure).digest())
