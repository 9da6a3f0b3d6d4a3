"""The loop that delivers, watches the clock and refreshes the registry: one peer's silence delays no other peer."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Final

from handover.application.attachments import Attachments
from handover.application.clockwork import Clockwork
from handover.application.outbox import Outbox
from handover.application.refresher import Refresher
from handover.domain.ids import NodeId

_BATCHES, _RETRIES, _FILES = "batches", "retries", "files"
_REGISTRY, _NOTICES, _UPKEEP, _STATISTICS = "registry", "notices", "upkeep", "statistics"
_TRACING, _WITNESSES, _VIEWS, _RESYNC = "tracing", "witnesses", "views", "resync"
LANES: Final = {
    _BATCHES: 4,
    _RETRIES: 2,
    _FILES: 2,
    _REGISTRY: 1,
    _NOTICES: 1,
    _UPKEEP: 1,
    _STATISTICS: 1,
    _TRACING: 1,
    _WITNESSES: 1,
    _VIEWS: 1,
    _RESYNC: 1,
}
"""How much of each kind is under way at a time; a peer that failed the last time is tried in a lane of its own kind,
so that any number of slow peers takes nothing from those that answer."""
_UPKEEP_EVERY: Final = 600.0  # seconds between two looks at what is to be erased and renewed
_LONGEST_PAUSE: Final = 900.0  # seconds between two tries to push files to a peer that does not take them

Report = Callable[[str, Exception], None]
"""Takes the name of a part of the work and what went wrong in it."""


class Worker:
    """Runs in a thread of the web process, or in a process of its own. `poll` is in seconds."""

    def __init__(
        self,
        outbox: Outbox,
        clockwork: Clockwork,
        refresher: Refresher,
        attachments: Attachments,
        *,
        statistics: Callable[[], object] | None = None,
        notices: Callable[[], object] | None = None,
        upkeep: Callable[[], object] | None = None,
        tracing: Callable[[], object] | None = None,
        witnesses: Callable[[], object] | None = None,
        views: Callable[[], object] | None = None,
        resync: Callable[[], object] | None = None,
        poll: float = 1.0,
    ) -> None:
        self._outbox = outbox
        self._clockwork = clockwork
        self._refresher = refresher
        self._attachments = attachments
        self._statistics = statistics
        self._notices = notices
        self._upkeep = upkeep
        self._tracing = tracing
        self._witnesses = witnesses
        self._views = views
        self._resync = resync
        self._kept_up = float("-inf")
        self._poll = poll
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._tallies: Counter[tuple[NodeId, str]] = Counter()
        self._doubted: set[NodeId] = set()
        self._pauses: dict[NodeId, tuple[int, float]] = {}

    def wake(self) -> None:
        """Look at once whether something is due: called when something was queued, or a peer was heard from."""
        self._event.set()

    def tallies(self) -> dict[tuple[NodeId, str], int]:
        """Give how many envelopes were `receipted`, `refused` or `failed`, for each peer, since the start."""
        with self._lock:
            return dict(self._tallies)

    def run(self, stop: threading.Event, report: Report) -> None:
        """Work until *stop* is set and `wake` was called, or a moment after; what is under way is finished."""
        ticked = -self._poll
        with ExitStack() as stack:
            lanes = {
                kind: stack.enter_context(ThreadPoolExecutor(number, thread_name_prefix=kind))
                for kind, number in LANES.items()
            }
            while not stop.is_set():
                self._event.clear()
                now = time.monotonic()
                if now - ticked >= self._poll:
                    ticked = now
                    self._guarded("clock", self._clockwork.tick, report)
                    self._start(lanes[_REGISTRY], _REGISTRY, self._refresher.tick, report)
                    if self._upkeep is not None and now - self._kept_up >= _UPKEEP_EVERY:
                        self._kept_up = now
                        self._start(lanes[_UPKEEP], _UPKEEP, self._upkeep, report)
                    self._beside(lanes, report)
                    self._guarded(_FILES, lambda: self._push(lanes[_FILES], report), report)
                self._guarded("queue", lambda: self._deliver(lanes, report), report)
                self._event.wait(self._poll)

    def _beside(self, lanes: Mapping[str, ThreadPoolExecutor], report: Report) -> None:
        beside = {
            _STATISTICS: self._statistics,
            _NOTICES: self._notices,
            _TRACING: self._tracing,
            _WITNESSES: self._witnesses,
            _VIEWS: self._views,
            _RESYNC: self._resync,
        }
        for kind, work in beside.items():
            if work is not None:
                self._start(lanes[kind], kind, work, report)

    def _deliver(self, lanes: Mapping[str, ThreadPoolExecutor], report: Report) -> None:
        for peer in self._outbox.due():
            lane = lanes[_RETRIES if peer in self._doubted else _BATCHES]
            self._start(lane, peer, partial(self._to, peer), report, again=True)

    def _push(self, lane: ThreadPoolExecutor, report: Report) -> None:
        for peer in self._attachments.due():
            if time.monotonic() >= self._pauses.get(peer, (0, 0.0))[1]:
                self._start(lane, f"{_FILES} {peer}", partial(self._files_to, peer), report, again=True)

    def _start(
        self,
        lane: ThreadPoolExecutor,
        name: str,
        work: Callable[[], object],
        report: Report,
        *,
        again: bool = False,
    ) -> None:
        """One batch at a time to each peer: the answer to the first says which log size it has seen.

        With *again* there may be more to do at once when it went well; after a fault the next poll is soon enough.
        """
        with self._lock:
            if name in self._busy:
                return
            self._busy.add(name)

        def carry_out() -> None:
            fine = self._guarded(name, work, report)
            with self._lock:
                self._busy.discard(name)
            if fine and again:
                self.wake()

        lane.submit(carry_out)

    def _to(self, peer: NodeId) -> None:
        done = self._outbox.deliver_to(peer)
        with self._lock:
            self._tallies[peer, "receipted"] += done.receipted
            self._tallies[peer, "refused"] += done.refused
            self._tallies[peer, "failed"] += done.sent if done.error else 0
            if done.error:
                self._doubted.add(peer)
            elif done.sent:
                self._doubted.discard(peer)

    def _files_to(self, peer: NodeId) -> None:
        failures = 0 if self._attachments.push_to(peer).taken else self._pauses.get(peer, (0, 0.0))[0] + 1
        pause = min(_LONGEST_PAUSE, self._poll * 2**failures) if failures else 0.0
        self._pauses[peer] = (failures, time.monotonic() + pause)

    def _guarded(self, part: str, work: Callable[[], object], report: Report) -> bool:
        """Carry *work* out and tell whether it went well."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a fault in one part must not end the delivery of the others
            report(part, error)
            return False
        return True
