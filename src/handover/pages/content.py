"""Files that come and go by a page: what they are is told by their content, never by their name."""

from typing import Final

from starlette.responses import Response

_STARTS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
)
_ENDINGS: Final = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "text/plain": "txt",
    "application/json": "json",
    "text/csv": "csv",
    "application/vnd.handover.evidence": "handover",
}


def media_type(data: bytes) -> str | None:
    """Give what a file is, by its first bytes; text is UTF-8 without control characters and without markup."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[4:8] == b"ftyp":
        return "audio/mp4" if data[8:11] == b"M4A" else None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    plain = all(letter.isprintable() or letter in "\n\r\t" for letter in text)
    return "text/plain" if plain and "<" not in text else None


def download(media_type: str, data: bytes, name: str = "file") -> Response:
    """Give a file to be saved: it is never shown inside a page, and its name says nothing of what is in it."""
    headers = {
        "content-disposition": f'attachment; filename="{name}.{_ENDINGS.get(media_type, "bin")}"',
        "content-security-policy": "sandbox; default-src 'none'",
        "accept-ranges": "none",
    }
    return Response(data, media_type=media_type, headers=headers)
