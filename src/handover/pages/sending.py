"""Reads the form of a request: how many fields it has, how long each may be, and that it is text.

That a field is short enough is looked at here, for every field of every page, before anything is done with it: what
a page shows again is put into a template, and the kit's template of a date takes its time over each line of it.
"""

import re
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from handover.domain.errors import MalformedError
from handover.pages.forms import Form, Upload
from handover.web.lane import Lane
from handover.web.limits import FIELD_LIMIT, FORM_LIMIT
from handover.web.problems import FieldTooLongError
from handover.web.quota import name_of

MOST_FIELDS: Final = 3000
MOST_FILES: Final = 4
DATE_LIMIT: Final = 40  # of a day, a month or a year
KEPT_LIMIT: Final = FORM_LIMIT  # what was typed in a whole form, sealed
NAME_LIMIT: Final = 200
_ODD: Final = re.compile("[\0\ufffd\ud800-\udfff]")  # the second stands for bytes that were no UTF-8


async def read_form(request: Request, lane: Lane) -> Form | None:
    """Give what was sent, or None: it is no form of ours.

    A form without files is read in a thread, in turn for each address: a long one takes a quarter of a second, for
    which nobody else is to wait.

    Raises:
        FieldTooLongError: a field is longer than any may be.
    """
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return await lane.run(name_of(request.scope), parse_form, await request.body())
    try:
        sent = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES)
    except HTTPException:
        return None
    try:
        return await _read(sent)
    except FieldTooLongError:
        raise
    except MalformedError:
        return None
    finally:
        await sent.close()


def parse_form(body: bytes) -> Form | None:
    """Give what a form without files says, or None: it is no form of ours.

    Raises:
        FieldTooLongError: a field is longer than any may be.
    """
    texts: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        for name, value in pairs:
            _put(texts, name, value)
    except FieldTooLongError:
        raise
    except (ValueError, MalformedError):
        return None
    return Form(sent=texts)


async def _read(sent: FormData) -> Form:
    texts: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            _measure(name, value.filename or "")
            data = await value.read()
            if value.filename:
                files[name] = Upload(name=value.filename, media_type=value.content_type or "", data=data)
        else:
            _put(texts, name, value)
    return Form(sent=texts, files=files)


def longest(name: str) -> int:
    """Give how many characters the field *name* of any form may have."""
    if name == "kept":
        return KEPT_LIMIT
    return DATE_LIMIT if name.endswith(("-day", "-month", "-year")) else FIELD_LIMIT


def _measure(name: str, text: str) -> None:
    """Refuse a field that is longer than any: the one place where it is looked at, ahead of all work on it."""
    if len(name) > NAME_LIMIT or len(text) > longest(name):
        raise FieldTooLongError


def _put(texts: dict[str, list[str]], name: str, value: str) -> None:
    _measure(name, value)
    if _ODD.search(value):
        raise MalformedError("a form holds text alone")
    texts.setdefault(name, []).append(value)
