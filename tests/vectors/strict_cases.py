"""The cases of docs/spec/strict.md."""

from vectors.made import Case, accepted, refused

LARGEST = 2**53 - 1
ACCEPTED = {
    "compact": ("An object as it is sent.", '{"a":1,"b":[true,false,null],"c":"text"}', None),
    "white-space": ("White space between tokens.", ' {\n\t"a" : [ 1 , 2 ]\n}\n', '{"a":[1,2]}'),
    "carriage-return-outside": ("Lines that end in CR LF.", '{\r\n"a":1}\r\n', '{"a":1}'),
    "order-kept": ("Members keep their order.", '{"b":1,"a":2}', None),
    "scalar": ("A document need not be an object.", '"text"', None),
    "largest-integer": ("2^53-1.", str(LARGEST), None),
    "smallest-integer": ("-(2^53-1).", str(-LARGEST), None),
    "twelve-deep": ("Twelve arrays, one in another.", "[" * 12 + "]" * 12, None),
    "twelve-deep-with-text": ("Text in the twelfth array adds no depth.", "[" * 12 + '"a"' + "]" * 12, None),
    "escaped-letters": ("An escaped letter is that letter.", '"\\u0041\\u00e9\\/"', '"Aé/"'),
    "surrogate-pair": ("Two escapes make one character.", '"\\ud83d\\ude00"', '"😀"'),
    "line-feed-and-tab": ("The two controls that text may hold.", '"a\\nb\\tc\\u000ad\\u0009"', '"a\\nb\\tc\\nd\\t"'),
    "escaped-backslash": ("A backslash, then an ordinary letter.", '"\\\\b\\\\u0000"', None),
    "quotes-and-colons": ("Structure inside a string is text.", '{"a":"\\"b\\":{[1.5,-0"}', None),
    "unicode": ("Letters of several scripts, not escaped.", '"Νίκος يوسف Олена 李"', None),
    "same-name-elsewhere": ("One name in two objects is no repetition.", '{"a":{"a":1},"b":[{"a":2}]}', None),
    "unicode-forms-differ": (
        "Names are compared as code points.",
        '{"\\u00e9":1,"e\\u0301":2}',
        '{"\u00e9":1,"e\u0301":2}',
    ),
    "empty-name": ("A name may be empty.", '{"":1}', None),
}  # fmt: skip
REFUSED = {
    "empty": ("No document.", ""),
    "white-space-alone": ("No document.", " "),
    "two-documents": ("A second document follows.", "{}{}"),
    "cut-off": ("The last bracket is missing.", '{"a":1'),
    "trailing-comma": ("A comma before the bracket.", "[1,]"),
    "single-quotes": ("Text in single quotation marks.", "{'a':1}"),
    "comment": ("A comment.", "[1/**/]"),
    "member-twice": ("One name twice in an object.", '{"a":1,"a":1}'),
    "member-twice-escaped": ("One name twice, once with an escape.", '{"a":1,"\\u0061":2}'),
    "member-twice-within": ("One name twice in an inner object.", '[{"a":{"b":1,"c":2,"b":3}}]'),
    "member-twice-hidden": ("The first of the two holds an object.", '{"a":{"b":1},"a":2}'),
    "fraction": ("A number with a fraction.", "1.5"),
    "fraction-zero": ("A fraction that is zero.", "[1.0]"),
    "exponent": ("A number with an exponent.", "1e2"),
    "exponent-upper": ("A number with an exponent.", "1E2"),
    "minus-zero": ("Zero has one spelling.", "[-0]"),
    "leading-zero": ("A number that begins with zero.", "01"),
    "plus": ("A number with a plus.", "+1"),
    "hexadecimal": ("A hexadecimal number.", "0x10"),
    "beyond-2-53": ("2^53.", str(LARGEST + 1)),
    "below-2-53": ("-2^53.", str(-LARGEST - 1)),
    "beyond-64-bits": ("2^64.", str(2**64)),
    "very-large": ("An integer of 400 digits.", "9" * 400),
    "nan": ("Not a number.", "NaN"),
    "infinity": ("Infinity.", "-Infinity"),
    "lone-high-surrogate": ("Half a character.", '"\\ud83d"'),
    "lone-low-surrogate": ("Half a character.", '"\\ude00"'),
    "swapped-surrogates": ("Two halves in the wrong order.", '"\\ude00\\ud83d"'),
    "nul": ("An escaped NUL.", '"a\\u0000"'),
    "backspace": ("An escaped backspace.", '"\\b"'),
    "form-feed": ("An escaped form feed.", '"\\f"'),
    "carriage-return": ("An escaped carriage return.", '"a\\r\\n"'),
    "escape-character": ("An escaped ESC, with which terminals are steered.", '"\\u001B[2J"'),
    "control-in-name": ("A control character in a name.", '{"a\\u0001":1}'),
    "control-behind-backslash": ("An escaped backslash, then an escaped control.", '"\\\\\\u0007"'),
    "raw-control": ("A raw control character.", '"\x01"'),
    "raw-line-feed": ("A raw line feed in a string.", '"a\nb"'),
    "thirteen-deep": ("Thirteen arrays, one in another.", "[" * 13 + "]" * 13),
    "thirteen-deep-mixed": ("Arrays and objects count alike.", '{"a":[' * 6 + "{}" + "]}" * 6),
    "unknown-escape": ("An escape that JSON has not.", '"\\x41"'),
    "byte-order-mark": ("A byte order mark.", "\ufeff{}"),
}  # fmt: skip
REFUSED_BYTES = {
    "utf-16": ("UTF-16 with a byte order mark.", '{"a":1}'.encode("utf-16")),
    "utf-16-be": ("UTF-16 without a byte order mark.", '{"a":1}'.encode("utf-16-be")),
    "latin-1": ("ISO 8859-1.", '"é"'.encode("latin-1")),
    "overlong": ("An overlong form of NUL.", b'"\xc0\x80"'),
    "encoded-surrogate": ("A surrogate encoded as UTF-8.", b'"\xed\xa0\x80"'),
    "beyond-unicode": ("A code point beyond U+10FFFF.", b'"\xf4\x90\x80\x80"'),
    "nul-at-end": ("A NUL behind the document.", b"{}\0"),
}
BASE64URL = {
    "base64url-empty": ("Nothing.", "", b""),
    "base64url-one-byte": ("One byte: two characters.", "_w", b"\xff"),
    "base64url-two-bytes": ("Two bytes: three characters.", "-_8", b"\xfb\xff"),
    "base64url-three-bytes": ("Three bytes: four characters.", "AP-_", b"\x00\xff\xbf"),
    "base64url-padded": ("Padding.", "_w==", None),
    "base64url-plus": ("A character of the other alphabet.", "+_8", None),
    "base64url-slash": ("A character of the other alphabet.", "-/8", None),
    "base64url-spare-bits-4": ("Spare bits that are not zero: a second spelling of ff.", "_x", None),
    "base64url-spare-bits-2": ("Spare bits that are not zero: a second spelling of fbff.", "-_9", None),
    "base64url-one-character": ("A single character encodes nothing.", "A", None),
    "base64url-five-characters": ("A character too many.", "AAAAA", None),
    "base64url-line-feed": ("A line feed at the end.", "_w\n", None),
    "base64url-space": ("A space within.", "AA AA", None),
    "base64url-not-ascii": ("A letter that is not ASCII.", "_é", None),
}
BASE64 = {
    "base64-padded": ("One byte.", "/w==", b"\xff"),
    "base64-three-bytes": ("Three bytes.", "AP+/", b"\x00\xff\xbf"),
    "base64-unpadded": ("Padding is missing.", "/w", None),
    "base64-half-padded": ("Half of the padding is missing.", "/w=", None),
    "base64-padded-twice": ("More padding than belongs there.", "/w===", None),
    "base64-padding-not-needed": ("Padding behind a full group.", "AAAA=", None),
    "base64-hyphen": ("A character of the other alphabet.", "-w==", None),
    "base64-spare-bits": ("Spare bits that are not zero.", "/x==", None),
    "base64-line-feed": ("A line feed at the end.", "/w==\n", None),
    "base64-not-ascii": ("A letter that is not ASCII.", "é===", None),
}


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    found: dict[str, Case] = {}
    for name, (description, document, compact) in ACCEPTED.items():
        found[name] = accepted(description, {"json": document}, {"compact": compact or document})
    for name, (description, document) in REFUSED.items():
        found[name] = refused(description, {"json": document}, "malformed")
    for name, (description, data) in REFUSED_BYTES.items():
        found[name] = refused(description, {"json_hex": data.hex()}, "malformed")
    for alphabet, table in (("base64url", BASE64URL), ("base64", BASE64)):
        for name, (description, encoded, decoded) in table.items():
            if decoded is None:
                found[name] = refused(description, {alphabet: encoded}, "malformed")
            else:
                found[name] = accepted(description, {alphabet: encoded}, {"hex": decoded.hex()})
    return found
