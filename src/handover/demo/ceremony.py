"""The ceremony of a tracing key: five authorities contribute and check one another; all nodes go by the epoch."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from handover import config, node
from handover.demo.authority import Authority
from handover.matching import scoring
from handover.matching.view import TABLES

_LASTS: Final = 90 * 86400  # seconds


def held(holders: Sequence[Authority], everybody: Sequence[Authority]) -> bool:
    """Hold it as `handover tracing ceremony` does, and tell whether all nodes go by the one epoch that it made."""
    now = int(time.time())
    with ExitStack() as stack:
        opened = {each.node: node.open_node(config.load(each.data)) for each in everybody}
        for each in opened.values():
            stack.callback(each.close)
        desks = [opened[each.node].tracing_keys.ceremonies for each in holders]
        plan = desks[0].plan(number=1, begins=now, ends=now + _LASTS, tables=TABLES, weights=scoring.WEIGHTS)
        given = [each.contribute(plan) for each in desks]
        document = desks[0].join([each.conclude(plan, given) for each in desks])
        epochs = {each.tracing_keys.epochs.accept(document).plan for each in opened.values()}
    return len(epochs) == 1
