"""The worker's desk for what this node asks: evaluates, seals one question for each holder, sends, takes back."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handover.application import documents, protection, tracing_epochs, untracing
from handover.application.epochs import Epochs
from handover.application.evaluating import Evaluates, Reason
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.question_post import QuestionPost
from handover.application.sealing import new_id
from handover.application.traced import KeptAsking, KeptQuestion
from handover.application.tracing_epochs import TablesDifferError
from handover.application.tracing_permissions import require_permitted
from handover.application.tracing_views import persons
from handover.domain.errors import HandoverError
from handover.domain.ids import Digest
from handover.domain.searching import AskingState, ClosingReason, NothingToAskError, QuestionState
from handover.domain.traceable import ProtectedError, TracingBasis
from handover.matching import evidence, keys
from handover.matching.view import View, view
from handover.protocol import question, strict
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Epoch
from handover.protocol.evaluation import KEYS, Basis, Kind
from handover.protocol.question_header import LONGEST_LIFE, Header, OtherEpochError, name_of

AT_ONCE: Final = 64
_BASES: Final = {TracingBasis.CONSENT: Basis.CONSENT, TracingBasis.BEST_INTERESTS: Basis.BEST_INTERESTS}


class Questioning:
    """Works on the questions that are due."""

    def __init__(
        self, database: Database, vault: Vault, epochs: Epochs, evaluator: Evaluates, post: QuestionPost
    ) -> None:
        self._database = database
        self._vault = vault
        self._epochs = epochs
        self._evaluator = evaluator
        self._post = post

    def tick(self) -> int:
        """Bring what is due one step on; give how many questions that were."""
        self._renew()
        with self._database.reading() as work:
            due = work.tracing.askings.due(limit=AT_ONCE)
            over = work.tracing.askings.ending(limit=AT_ONCE)
        for asking in over:
            with self._database.begin() as work:
                untracing.close(work, work.tracing.askings.get(asking.id), ClosingReason.EXPIRED)
        for each in due:
            if each.state is QuestionState.WAITING:
                self._seal(each)
            elif each.state is QuestionState.SEALED:
                self._send(each)
            else:
                self._post.withdraw(each)
        return len(due) + len(over)

    def _send(self, asked: KeptQuestion) -> None:
        """Send a question that may still be asked; one that may not is taken back and never leaves."""
        try:
            with self._database.reading() as work:
                if asked not in work.tracing.askings.questions(asked.asking):
                    return  # it was taken back meanwhile
                self._described(work, asked)
        except HandoverError:
            with self._database.begin() as work:
                untracing.take_back(work, asked)
        else:
            self._post.send(asked)

    def _renew(self) -> None:
        """Take back what was asked in an epoch that is over, and ask it anew in the present one."""
        with self._database.reading() as work:
            known = [
                each.number for each in tracing_epochs.known(self._epochs, work.now) if each.asked(work.now)
            ]
            old = work.tracing.askings.of_epochs_but(known, limit=AT_ONCE) if known else ()
        for each in old:
            with self._database.begin() as work:
                untracing.take_back(work, each)
                if work.tracing.askings.get(each.asking).state is AskingState.OPEN:
                    work.tracing.askings.more(_again(work, each))

    def _seal(self, asked: KeptQuestion) -> None:
        """Make the question for one holder; what is not there to make it with is waited for."""
        try:
            page = self._post.page(asked.holder)
            with self._database.reading() as work:
                epoch = self._epochs.current(work.now)
                asking, described = self._described(work, asked)
            size = page.classes.get(epoch.number)
            if size is None:
                raise OtherEpochError
            if not tracing_epochs.fits(epoch):
                raise TablesDifferError
            outputs = self._outputs(asking, described, epoch, size)
        except (NothingToAskError, ProtectedError) as error:
            self._drop(asked, error)
        except HandoverError as error:
            self._post.failed(asked, error)
        else:
            self._sealed(asked, asking, described, epoch, size, outputs)

    def _described(self, work: UnitOfWork, asked: KeptQuestion) -> tuple[KeptAsking, View]:
        """Give the asking and what is known of the person now, if it may still be asked."""
        require_permitted(work, asked.matter)
        asking = work.tracing.askings.get(asked.asking)
        kept = work.records.latest(asked.matter)
        record = documents.record_of(kept)
        if protection.protects(work, self._vault, asked.matter, record):
            raise ProtectedError
        person = dict(persons(record)).get(asking.person)
        if person is None:
            raise NothingToAskError
        return asking, view(person)

    def _outputs(self, asking: KeptAsking, described: View, epoch: Epoch, size: int) -> Sequence[bytes]:
        """Give the evaluated keys for holders of one class: asked of the key-holders once, for all of them."""
        name = f"{epoch.number}:{size}"
        with self._database.reading() as work:
            known = work.tracing.askings.outputs(asking)
            basis = work.tracing.permissions.get(asking.permission).permission.basis
        if name in known:
            return known[name]
        texts = [key.text for key in keys.asked(described, size=size)]
        if not texts:
            raise NothingToAskError
        reason = Reason.question(asking.matter, _BASES[basis])
        outputs = self._evaluator.evaluate(texts, reason=reason, epoch=epoch)
        with self._database.begin() as work:
            work.tracing.index.tally("evaluations", KEYS[Kind.QUESTION])
            if work.tracing.askings.get(asking.id).state is AskingState.OPEN:
                known = work.tracing.askings.outputs(asking)
                work.tracing.askings.keep_outputs(asking, {**known, name: outputs})
        return outputs

    def _sealed(
        self,
        asked: KeptQuestion,
        asking: KeptAsking,
        described: View,
        epoch: Epoch,
        size: int,
        outputs: Sequence[bytes],
    ) -> None:
        request = f"{asked.matter}|{asking.person}|{asked.holder}"
        tag = self._vault.mark("tracing-request", request)[: evidence.TAG_SIZE]
        with self._database.begin() as work:
            now = work.tracing.askings.questions(asked.asking)
            if asked not in now or work.tracing.askings.get(asked.asking).state is not AskingState.OPEN:
                return  # it was taken back meanwhile
            require_permitted(work, asked.matter)
            signer = self._vault.signer
            header = Header(
                id=secrets.token_bytes(16),
                epoch=epoch.number,
                tables=tracing_epochs.tables_of(epoch, size),
                asker=Digest(signer.kid),
                holder=name_of(asked.holder),
                issued=work.now,
                expires=min(asking.until, work.now + LONGEST_LIFE),
            )
            data = question.seal(
                outputs,
                lambda salt: evidence.pack(described, salt=salt, tag=tag),
                header=header,
                holder=asked.holder,
                signer=signer,
            )
            digest = strict.digest(data)
            new = replace(asked, state=QuestionState.SEALED, digest=digest, epoch=epoch.number, due=work.now)
            work.tracing.askings.turn(asked, new)
            work.tracing.askings.fill(asked, data)
            work.tracing.index.tally("questions", 1)
            work.log.append(EntryKind.DECIDED, stream=asked.matter, object_=digest, now=work.now)

    def _drop(self, asked: KeptQuestion, error: HandoverError) -> None:
        with self._database.begin() as work:
            new = replace(asked, state=QuestionState.DROPPED, due=None, problem=error.name)
            work.tracing.askings.turn(asked, new)


def _again(work: UnitOfWork, old: KeptQuestion) -> KeptQuestion:
    return KeptQuestion(
        id=new_id(work.now),
        asking=old.asking,
        matter=old.matter,
        holder=old.holder,
        state=QuestionState.WAITING,
        at=work.now,
        due=work.now,
    )
