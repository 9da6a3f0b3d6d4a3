"""One AES-GCM ciphertext that opens under two keys: GHASH is linear, so free bits of the plaintext can be solved for.

AES-GCM does not commit to its key (Dodis, Grubbs, Ristenpart, Woodage: "Fast Message Franking"). A sender could so
give its recipient one text, and show a judge another.
"""

from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.protocol import jwe, strict

_R = 0xE1 << 120


def multiplied(x: int, y: int) -> int:
    """Give the product in GF(2^128) as GCM writes it (NIST SP 800-38D, section 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (_R if y & 1 else 0)
    return product


class _Half:
    """One key: its hash key, its mask of the tag, its key stream, and what its associated data contribute."""

    def __init__(self, key: bytes, iv: bytes, associated: bytes, length: int) -> None:
        block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - single blocks, as GCM uses them
        self.hash_key = int.from_bytes(block.update(bytes(16)), "big")
        self.mask = int.from_bytes(block.update(iv + b"\0\0\0\1"), "big")
        self.stream = AESGCM(key).encrypt(iv, bytes(length), b"")[:length]
        self.associated = associated

    def tag(self, ciphertext: bytes) -> int:
        total = 0
        lengths = (len(self.associated) * 8).to_bytes(8, "big") + (len(ciphertext) * 8).to_bytes(8, "big")
        for part in (self.associated, ciphertext, lengths):
            for start in range(0, len(part), 16):
                block = int.from_bytes(part[start : start + 16].ljust(16, b"\0"), "big")
                total = multiplied(total ^ block, self.hash_key)
        return total ^ self.mask

    def effect(self, place: int, bit: int, length: int) -> int:
        """Give what changes in the tag when one bit of the ciphertext does: a power of the hash key times the bit."""
        power = self.hash_key
        for _ in range(-(-length // 16) - place // 16):
            power = multiplied(power, self.hash_key)
        return multiplied(bit << (15 - place % 16) * 8, power)


def collided(
    plaintext: bytes,
    free: Sequence[int],
    *,
    keys: tuple[bytes, bytes],
    iv: bytes,
    headers: tuple[bytes, bytes],
) -> tuple[bytes, bytes]:
    """Give a plaintext like the given one, and the ciphertext with tag that opens under both keys.

    Only the low four bits of the bytes at the places *free* are changed.
    """
    one, two = (_Half(key, iv, header, len(plaintext)) for key, header in zip(keys, headers, strict=True))

    length = len(plaintext)
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, one.stream, strict=True))
    changes = [(place, 1 << bit) for place in free for bit in range(4)]
    effects = [one.effect(*change, length) ^ two.effect(*change, length) for change in changes]
    chosen = [changes[index] for index in _solved(effects, one.tag(ciphertext) ^ two.tag(ciphertext))]
    sealed = _changed(ciphertext, chosen)
    return _changed(plaintext, chosen), sealed + one.tag(sealed).to_bytes(16, "big")


def _changed(text: bytes, changes: Sequence[tuple[int, int]]) -> bytes:
    changed = bytearray(text)
    for place, bit in changes:
        changed[place] ^= bit
    return bytes(changed)


def _solved(effects: Sequence[int], target: int) -> list[int]:
    """Give the indexes of effects whose sum is the target (Gaussian elimination over GF(2))."""
    rows: dict[int, tuple[int, int]] = {}  # leading bit: reduced effect, and which ones it is made of
    for index, effect in enumerate(effects):
        made = 1 << index
        while effect and effect.bit_length() in rows:
            other, more = rows[effect.bit_length()]
            effect, made = effect ^ other, made ^ more
        if effect:
            rows[effect.bit_length()] = (effect, made)
    answer = 0
    while target:
        other, more = rows[target.bit_length()]
        target, answer = target ^ other, answer ^ more
    return [index for index in range(len(effects)) if answer >> index & 1]


def header_of(content_key: bytes, *, public: bytes, kid: str, context: bytes) -> tuple[bytes, bytes]:
    """Give the protected header, and the encrypted key, of a payload whose content key the sender has chosen."""
    info = b"JOSE-HPKE rcpt\xffA256GCM\xff" + context
    wrapped = jwe._SUITE.encrypt(content_key, jwe._public_key(public), info=info)
    ek, ctx = strict.b64(wrapped[:1120]), strict.b64(context)
    header = f'{{"alg":"HPKE-9-KE","kid":"{kid}","enc":"A256GCM","ek":"{ek}","ctx":"{ctx}"}}'
    return strict.b64_ascii(header.encode()), wrapped[1120:]


def joined(header: bytes, encrypted_key: bytes, iv: bytes, sealed: bytes) -> bytes:
    """Give the JWE of its parts."""
    parts = {
        "protected": header.decode(),
        "encrypted_key": strict.b64(encrypted_key),
        "iv": strict.b64(iv),
        "ciphertext": strict.b64(sealed[:-16]),
        "tag": strict.b64(sealed[-16:]),
    }
    return ("{" + ",".join(f'"{name}":"{part}"' for name, part in parts.items()) + "}").encode()
