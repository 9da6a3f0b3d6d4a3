"""The desks of tracing, and what the worker does for them."""

from collections.abc import Callable
from dataclasses import dataclass

from handover.application.answering import Answering
from handover.application.askings import Askings
from handover.application.candidates import Candidates
from handover.application.committing import Committing
from handover.application.comparing import Comparing
from handover.application.epochs import Epochs
from handover.application.evaluating import Evaluates
from handover.application.indexing import Indexing
from handover.application.ports import Database, Vault, Wire
from handover.application.question_post import QuestionPost
from handover.application.questioning import Questioning
from handover.application.registry import Registry
from handover.application.routes import Routes
from handover.application.tracing_permissions import TracingPermissions
from handover.application.tracing_protections import Protections
from handover.application.tracing_watch import TracingSums
from handover.domain.errors import HandoverError, UnreachableError

MOST_HEARD = 1000
"""Questions of one asker in a day, unless it is set otherwise."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an operator sets: whether *strong* candidates need no officer; how *most* one asker asks in a day."""

    strong: bool = False
    most: int = MOST_HEARD


@dataclass(frozen=True, kw_only=True)
class Tracing:
    """The desks."""

    permissions: TracingPermissions
    protections: Protections
    routes: Routes
    askings: Askings
    candidates: Candidates
    answering: Answering
    sums: TracingSums
    indexing: Indexing
    comparing: Comparing
    committing: Committing
    questioning: Questioning
    terms: Terms

    @classmethod
    def of(
        cls,
        database: Database,
        vault: Vault,
        registry: Registry,
        epochs: Epochs,
        evaluator: Evaluates,
        wire: Wire,
        terms: Terms,
    ) -> "Tracing":
        """Join them."""
        routes = Routes(database, registry, vault.node)
        committing = Committing(database, vault, epochs)
        post = QuestionPost(database, vault, registry, wire)
        return cls(
            permissions=TracingPermissions(database, vault),
            protections=Protections(database, vault),
            routes=routes,
            askings=Askings(database, vault, routes),
            candidates=Candidates(database, vault),
            answering=Answering(database, vault, registry, epochs, most=terms.most),
            sums=TracingSums(database, epochs, vault.node),
            indexing=Indexing(database, vault, epochs, evaluator),
            comparing=Comparing(database, vault, epochs, committing),
            committing=committing,
            questioning=Questioning(database, vault, epochs, evaluator, post),
            terms=terms,
        )

    def releases(self, band: str) -> bool:
        """Tell whether candidates of a band are released by this node's standing policy, without an officer."""
        return self.terms.strong and band == "strong"

    def tick(self) -> int:
        """Do what is due; what cannot be done for others' sake waits and keeps nothing else from being done.

        Questions are compared before a root is committed: each with the index as it stood when it came.
        """
        parts: tuple[Callable[[], int], ...] = (
            self.answering.tick,
            self.comparing.tick,
            self.committing.tick,
            self.indexing.tick,
            self.questioning.tick,
        )
        done = 0
        failed: HandoverError | None = None
        for part in parts:
            try:
                done += part()
            except UnreachableError:
                continue  # it is tried again; what waits for it is seen in the status
            except HandoverError as error:
                failed = error
        self.candidates.remind()
        self.sums.watch()
        if failed is not None:
            raise failed
        return done
