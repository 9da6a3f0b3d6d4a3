"""The cases of docs/spec/names.md: every identifier's one spelling."""

from hashlib import sha256

from handover.protocol import strict
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused
from vectors.one_round import ROUND, jti

NODES = {
    "node": ("gr/athens", "A city."),
    "node-international": ("int/red-cross-2", "An international body."),
    "node-longest": ("gr/" + "a" * 61, "64 characters."),
}
NODES_REFUSED = {
    "node-capital": ("gr/Athens", "A capital."),
    "node-country-capitals": ("GR/athens", "The country in capitals."),
    "node-three-letters": ("grc/athens", "A code of three letters."),
    "node-no-slash": ("athens", "No country."),
    "node-two-slashes": ("gr/athens/north", "Two slashes."),
    "node-hyphen-first": ("gr/-athens", "A hyphen at the beginning."),
    "node-hyphens": ("gr/north--athens", "Two hyphens together."),
    "node-underscore": ("gr/north_athens", "An underscore."),
    "node-greek": ("gr/αθήνα", "Letters outside ASCII."),
    "node-cyrillic": ("gr/аthens", "A Cyrillic letter that looks Latin."),
    "node-too-long": ("gr/" + "a" * 62, "65 characters."),
    "node-line-feed": ("gr/athens\n", "A line feed at the end."),
    "node-empty": ("", "Nothing."),
}
UUIDS_REFUSED = {
    "uuid-capitals": (str(jti(1)).upper(), "Capitals."),
    "uuid-version-4": ("019a9b10-7c00-4000-8000-000000000001", "Version 4."),
    "uuid-variant": ("019a9b10-7c00-7000-c000-000000000001", "Another variant."),
    "uuid-no-hyphens": (str(jti(1)).replace("-", ""), "No hyphens."),
    "uuid-braces": ("{" + str(jti(1)) + "}", "Braces."),
}
BITS_REFUSED = {
    "bits-short": (ROUND[:-1], "21 characters."),
    "bits-long": (ROUND + "A", "23 characters."),
    "bits-spare": (ROUND[:-1] + "h", "Spare bits that are not zero."),
    "bits-padded": (ROUND + "==", "Padding."),
    "bits-plus": ("+" + ROUND[1:], "A character of the other alphabet."),
}
DIGEST = strict.digest(b"")
DIGESTS_REFUSED = {
    "digest-hex": (sha256(b"").hexdigest(), "Hexadecimal."),
    "digest-padded": (DIGEST + "=", "Padding."),
    "digest-spare": (DIGEST[:-1] + "V", "Spare bits that are not zero."),
    "digest-short": (DIGEST[:-1], "42 characters."),
}


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    found = {name: accepted(note, {"node": text}, {"text": text}) for name, (text, note) in NODES.items()}
    found["uuid"] = accepted("A message identifier.", {"uuid": jti(1)}, {"text": jti(1)})
    found["bits"] = accepted("A round.", {"bits": ROUND}, {"text": ROUND})
    found["digest"] = accepted("The digest of nothing.", {"digest": DIGEST}, {"text": DIGEST})
    for name, signer in (("kid", SIGNER), ("kid-other", OTHER_SIGNER)):
        x = strict.b64(signer.public)
        found[name] = accepted(
            "The thumbprint of a signing key.",
            {"public_hex": signer.public.hex()},
            {"text": signer.kid},
            {"jwk": f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'},
        )
    for kind, wrong in (
        ("node", NODES_REFUSED),
        ("uuid", UUIDS_REFUSED),
        ("bits", BITS_REFUSED),
        ("digest", DIGESTS_REFUSED),
    ):
        for name, (text, note) in wrong.items():
            found[name] = refused(note, {kind: text}, "malformed")
    return found
