"""Nodes that trace, for tests: real nodes, records and questions; the holders of the key compute in this process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from federation import Federation, federation
from handover.application.askings import Wanted
from handover.application.evaluating import Reason
from handover.application.facts import Actor, Matter
from handover.application.local_holders import LocalHolders
from handover.application.question_post import PAGE, QUESTIONS, WITHDRAWALS
from handover.application.refusals import PeerRefusedError
from handover.application.traced import KeptAsking, KeptCandidate, KeptQuestion
from handover.application.tracing import Terms, Tracing
from handover.application.tracing_keys import HoldersAwayError, KeptEpoch, NoEpochError
from handover.domain.errors import HandoverError, UnreachableError, UntrustedError
from handover.domain.ids import NodeId
from handover.matching import scoring
from handover.matching.view import TABLES
from handover.node import Node
from handover.protocol.epoch import Epoch
from tracing.permitted import REQUEST, matter, permit

DAY = 86400


@dataclass
class Keys:
    """The epochs by which all nodes of a test go, each with a key of its own, and whether its holders answer."""

    epochs: list[Epoch] = field(default_factory=list)
    holders: dict[int, LocalHolders] = field(default_factory=dict)
    away: bool = False
    asked: list[int] = field(default_factory=list)

    def begin(self, number: int, *, begins: int, ends: int, tables: bytes = TABLES) -> Epoch:
        """Give a new epoch with a new key."""
        made = LocalHolders(lanes=1)
        names = tuple(NodeId(f"gr/holder-{place}") for place in range(1, 6))
        epoch = Epoch(
            number=number,
            begins=begins,
            ends=ends,
            holders=names,
            tables=tables,
            weights=scoring.WEIGHTS,
            keys=made._keys,
            plan="A" * 43,  # type: ignore[arg-type]
            contributions=(),
        )
        self.epochs.append(epoch)
        self.holders[number] = made
        return epoch

    def all(self) -> list[KeptEpoch]:
        return [
            KeptEpoch(
                number=each.number,
                digest=each.plan,
                begins=each.begins,
                ends=each.ends,
                document=b"",
                accepted_at=each.begins,
            )
            for each in reversed(self.epochs)
        ]

    def get(self, number: int) -> Epoch:
        return next(each for each in self.epochs if each.number == number)

    def current(self, now: int | None = None) -> Epoch:
        assert now is not None
        for each in self.epochs:
            if each.asked(now):
                return each
        raise NoEpochError

    def evaluate(self, inputs: Sequence[bytes], *, reason: Reason, epoch: Epoch | None = None) -> list[bytes]:
        assert epoch is not None
        if self.away:
            raise HoldersAwayError
        self.asked.append(len(inputs))
        return self.holders[epoch.number].evaluate(inputs, reason=reason)


@dataclass
class Rig:
    """A federation that traces."""

    fed: Federation
    nodes: list[Node]
    keys: Keys

    def tracing(self, node: Node, terms: Terms | None = None) -> Tracing:
        """Join a node's desks of tracing with the keys of the test."""
        made = Tracing.of(
            node.database,
            node.vault,
            node.registry,
            self.keys,  # type: ignore[arg-type]
            self.keys,
            self.fed.wire,
            terms or Terms(),
        )
        vars(node)["tracing"] = made
        return made

    def officer(self, node: Node, name: str = "first") -> Actor:
        return self.fed.officer(node, name)

    def settle(self, rounds: int = 6) -> None:
        """Let every worker do what is due, a minute apart."""
        for _ in range(rounds):
            for node in self.nodes:
                node.tracing.tick()
            self.fed.clock.pass_(61)

    def child(self, node: Node, values: object = None) -> Matter:
        """Give a permitted record."""
        from tracing.permitted import CHILD

        of = matter(self.fed, node, values or CHILD)  # type: ignore[arg-type]
        permit(self.fed, node, of)
        return of

    def ask(self, node: Node, of: Matter, *holders: Node, **options: object) -> KeptAsking:
        """Ask for the first person of a record."""
        wanted = Wanted(nodes=tuple(each.id for each in holders), **options)  # type: ignore[arg-type]
        return node.tracing.askings.ask(of.id, wanted, actor=self.officer(node))

    def asked(self, node: Node, *holders: Node) -> tuple[Matter, KeptAsking]:
        """Give a request for a child, and its asking."""
        of = self.child(node, REQUEST)
        return of, self.ask(node, of, *holders)

    def questions(self, node: Node, asking: KeptAsking) -> list[KeptQuestion]:
        return list(node.tracing.askings.questions(asking.id, actor=self.officer(node)))

    def candidates(self, node: Node, of: Matter) -> list[KeptCandidate]:
        return list(node.tracing.candidates.of_matter(of.id, actor=self.officer(node)))


def told(take: Callable[[Node, bytes], bytes]) -> Callable[[Node, bytes], bytes]:
    """Refuse as HTTP does: by the name of the problem, strangers by one name alone."""

    def taken(node: Node, body: bytes) -> bytes:
        try:
            return take(node, body)
        except UnreachableError:
            raise
        except UntrustedError as error:
            raise PeerRefusedError("untrusted", again=False) from error
        except HandoverError as error:
            raise PeerRefusedError(error.name, again=error.retry) from error

    return taken


def paths() -> dict[str, Callable[[Node, bytes], bytes]]:
    """Give what a wire needs to carry what is said of tracing."""
    return {
        QUESTIONS: told(lambda node, body: node.tracing.answering.receive(body)),
        WITHDRAWALS: told(lambda node, body: node.tracing.answering.take_back(body)),
        PAGE: lambda node, _: node.tracing.sums.page().encode(),
    }


def joined(fed: Federation, nodes: list[Node]) -> Rig:
    """Let nodes of a federation trace, in its first epoch."""
    keys = Keys()
    keys.begin(1, begins=fed.clock.now - 10 * DAY, ends=fed.clock.now + 100 * DAY)
    made = Rig(fed, nodes, keys)
    fed.wire.paths |= paths()
    for node in nodes:
        made.tracing(node)
    return made


@contextmanager
def rig(folder: Path, *names: str) -> Iterator[Rig]:
    """Give a federation of the named nodes that trace."""
    with federation(folder, *names) as (fed, nodes):
        yield joined(fed, nodes)
