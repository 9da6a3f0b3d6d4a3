"""The garbage collector rests while a node is loaded: what is loaded stays, and each look through it costs time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Let the collector rest until the end of the block, and leave what was loaded in it out of its rounds."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
