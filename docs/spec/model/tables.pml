/* Generated from src/handover/domain/lifecycle.py by `python3 dev.py documents`: do not edit. */

#define NO_ROUND 0
#define PREPARED 1
#define DISCARDED 2
#define OFFERED 3
#define ACCEPTED 4
#define RELIEVING 5
#define VOIDING 6
#define TRANSFERRED 7
#define VOIDED 8
#define UNKNOWN 9
#define PENDING 10
#define BOUND 11
#define DECLINED 12
#define HOLDING 13
#define CLOSED 14
#define SAY_OFFER 0
#define SAY_DEED 1
#define SAY_VOID 2
#define SAY_ACCEPTANCE 3
#define SAY_DECLINE 4
#define SAY_TAKE_UP_RECEIPT 5
#define SAY_VOID_RECEIPT 6
#define ACTS 7
#define NOTHING 99
#define ON_OWN_RELEASE 0
#define ON_OWN_WITHDRAW 1
#define ON_OWN_DEADLINE 2
#define ON_HEARD_ACCEPTANCE 3
#define ON_GUARD_AUTOMATIC 4
#define ON_GUARD_LATE_ACCEPTANCE 5
#define ON_HEARD_DECLINE 6
#define ON_HEARD_TAKE_UP_RECEIPT 7
#define ON_HEARD_VOID_RECEIPT 8
#define ON_OWN_COUNTERSIGN 9
#define ON_GUARD_UNGROUNDED 10
#define ON_OWN_RESOLVE 11
#define ON_GUARD_LATE_TAKE_UP 12
#define ON_HEARD_OFFER 13
#define ON_HEARD_DEED 14
#define ON_GUARD_STRAY_DEED 15
#define ON_HEARD_VOID 16
#define ON_GUARD_RESOLVING 17
#define ON_OWN_ACCEPT 18
#define ON_OWN_DECLINE 19
#define ON_GUARD_LATE_DEED 20
#define CLAIM_HOLDER 0
#define CLAIM_RELIEVING 1
#define CLAIM_NONE 2
#define CLAIM_IN_DOUBT 3
#define TAKEN 0
#define REFUSED_EQUIVOCATION 1
#define REFUSED_STRAY 2
#define REFUSED_GONE 3
#define REFUSED_DEED_STANDS 4
#define REFUSED_RESOLVED 5
#define REFUSED_OUT_OF_ORDER 6
#define SAID_IN(s) ((s) == CLOSED -> SAY_VOID_RECEIPT : ((s) == HOLDING -> SAY_TAKE_UP_RECEIPT : ((s) == DECLINED -> SAY_DECLINE : ((s) == BOUND -> SAY_ACCEPTANCE : ((s) == VOIDING -> SAY_VOID : ((s) == RELIEVING -> SAY_DEED : ((s) == OFFERED -> SAY_OFFER : NOTHING)))))))
#define CLAIM_IN(s) ((s) == HOLDING -> CLAIM_HOLDER : ((s) == TRANSFERRED -> CLAIM_NONE : ((s) == RELIEVING -> CLAIM_RELIEVING : NOTHING)))
inline sender_step(state, column) {
  says = NOTHING; next = state; verdict = TAKEN;
  if
  :: state == PREPARED && column == ON_OWN_RELEASE -> next = OFFERED
  :: state == PREPARED && column == ON_OWN_WITHDRAW -> next = DISCARDED
  :: state == OFFERED && column == ON_OWN_WITHDRAW -> next = VOIDING
  :: state == OFFERED && column == ON_OWN_DEADLINE -> next = VOIDING
  :: state == OFFERED && column == ON_HEARD_ACCEPTANCE -> next = ACCEPTED
  :: state == OFFERED && column == ON_GUARD_AUTOMATIC -> next = RELIEVING
  :: state == OFFERED && column == ON_GUARD_LATE_ACCEPTANCE -> next = VOIDING
  :: state == OFFERED && column == ON_HEARD_DECLINE -> next = VOIDING
  :: state == OFFERED && column == ON_HEARD_TAKE_UP_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == OFFERED && column == ON_HEARD_VOID_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == ACCEPTED && column == ON_OWN_WITHDRAW -> next = VOIDING
  :: state == ACCEPTED && column == ON_OWN_DEADLINE -> next = VOIDING
  :: state == ACCEPTED && column == ON_OWN_COUNTERSIGN -> next = RELIEVING
  :: state == ACCEPTED && column == ON_GUARD_UNGROUNDED -> next = VOIDING
  :: state == ACCEPTED && column == ON_HEARD_ACCEPTANCE -> next = ACCEPTED
  :: state == ACCEPTED && column == ON_GUARD_LATE_ACCEPTANCE -> next = ACCEPTED
  :: state == ACCEPTED && column == ON_GUARD_AUTOMATIC -> next = ACCEPTED
  :: state == ACCEPTED && column == ON_HEARD_DECLINE -> next = VOIDING
  :: state == ACCEPTED && column == ON_HEARD_TAKE_UP_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == ACCEPTED && column == ON_HEARD_VOID_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == RELIEVING && column == ON_OWN_WITHDRAW -> verdict = REFUSED_DEED_STANDS
  :: state == RELIEVING && column == ON_OWN_DEADLINE -> next = RELIEVING
  :: state == RELIEVING && column == ON_HEARD_ACCEPTANCE -> says = SAY_DEED
  :: state == RELIEVING && column == ON_GUARD_LATE_ACCEPTANCE -> says = SAY_DEED
  :: state == RELIEVING && column == ON_GUARD_AUTOMATIC -> says = SAY_DEED
  :: state == RELIEVING && column == ON_HEARD_DECLINE -> says = SAY_DEED
  :: state == RELIEVING && column == ON_HEARD_TAKE_UP_RECEIPT -> next = TRANSFERRED
  :: state == RELIEVING && column == ON_HEARD_VOID_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == RELIEVING && column == ON_OWN_RESOLVE -> next = VOIDING
  :: state == VOIDING && column == ON_OWN_WITHDRAW -> next = VOIDING
  :: state == VOIDING && column == ON_OWN_DEADLINE -> next = VOIDING
  :: state == VOIDING && column == ON_HEARD_ACCEPTANCE -> says = SAY_VOID
  :: state == VOIDING && column == ON_GUARD_LATE_ACCEPTANCE -> says = SAY_VOID
  :: state == VOIDING && column == ON_GUARD_AUTOMATIC -> says = SAY_VOID
  :: state == VOIDING && column == ON_HEARD_DECLINE -> says = SAY_VOID
  :: state == VOIDING && column == ON_HEARD_TAKE_UP_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == VOIDING && column == ON_GUARD_LATE_TAKE_UP -> verdict = REFUSED_RESOLVED
  :: state == VOIDING && column == ON_HEARD_VOID_RECEIPT -> next = VOIDED
  :: state == TRANSFERRED && column == ON_OWN_WITHDRAW -> verdict = REFUSED_DEED_STANDS
  :: state == TRANSFERRED && column == ON_OWN_DEADLINE -> next = TRANSFERRED
  :: state == TRANSFERRED && column == ON_HEARD_ACCEPTANCE -> says = SAY_DEED
  :: state == TRANSFERRED && column == ON_GUARD_LATE_ACCEPTANCE -> says = SAY_DEED
  :: state == TRANSFERRED && column == ON_GUARD_AUTOMATIC -> says = SAY_DEED
  :: state == TRANSFERRED && column == ON_HEARD_DECLINE -> says = SAY_DEED
  :: state == TRANSFERRED && column == ON_HEARD_TAKE_UP_RECEIPT -> next = TRANSFERRED
  :: state == TRANSFERRED && column == ON_HEARD_VOID_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == VOIDED && column == ON_OWN_WITHDRAW -> next = VOIDED
  :: state == VOIDED && column == ON_OWN_DEADLINE -> next = VOIDED
  :: state == VOIDED && column == ON_HEARD_ACCEPTANCE -> says = SAY_VOID
  :: state == VOIDED && column == ON_GUARD_LATE_ACCEPTANCE -> says = SAY_VOID
  :: state == VOIDED && column == ON_GUARD_AUTOMATIC -> says = SAY_VOID
  :: state == VOIDED && column == ON_HEARD_DECLINE -> says = SAY_VOID
  :: state == VOIDED && column == ON_HEARD_TAKE_UP_RECEIPT -> verdict = REFUSED_EQUIVOCATION
  :: state == VOIDED && column == ON_GUARD_LATE_TAKE_UP -> verdict = REFUSED_EQUIVOCATION
  :: state == VOIDED && column == ON_HEARD_VOID_RECEIPT -> next = VOIDED
  :: else -> verdict = REFUSED_OUT_OF_ORDER
  fi
}
inline receiver_step(state, column) {
  says = NOTHING; next = state; verdict = TAKEN;
  if
  :: state == UNKNOWN && column == ON_HEARD_OFFER -> next = PENDING
  :: state == UNKNOWN && column == ON_HEARD_DEED -> next = HOLDING
  :: state == UNKNOWN && column == ON_GUARD_STRAY_DEED -> verdict = REFUSED_STRAY
  :: state == UNKNOWN && column == ON_HEARD_VOID -> next = CLOSED
  :: state == UNKNOWN && column == ON_GUARD_RESOLVING -> next = CLOSED
  :: state == PENDING && column == ON_HEARD_OFFER -> next = PENDING
  :: state == PENDING && column == ON_OWN_ACCEPT -> next = BOUND
  :: state == PENDING && column == ON_OWN_DECLINE -> next = DECLINED
  :: state == PENDING && column == ON_HEARD_DEED -> next = HOLDING
  :: state == PENDING && column == ON_GUARD_STRAY_DEED -> verdict = REFUSED_STRAY
  :: state == PENDING && column == ON_HEARD_VOID -> next = CLOSED
  :: state == PENDING && column == ON_GUARD_RESOLVING -> next = CLOSED
  :: state == BOUND && column == ON_HEARD_OFFER -> next = BOUND
  :: state == BOUND && column == ON_OWN_ACCEPT -> next = BOUND
  :: state == BOUND && column == ON_OWN_DECLINE -> next = DECLINED
  :: state == BOUND && column == ON_HEARD_DEED -> next = HOLDING
  :: state == BOUND && column == ON_HEARD_VOID -> next = CLOSED
  :: state == BOUND && column == ON_GUARD_RESOLVING -> next = CLOSED
  :: state == DECLINED && column == ON_HEARD_OFFER -> next = DECLINED
  :: state == DECLINED && column == ON_OWN_DECLINE -> next = DECLINED
  :: state == DECLINED && column == ON_HEARD_DEED -> next = HOLDING
  :: state == DECLINED && column == ON_GUARD_STRAY_DEED -> verdict = REFUSED_STRAY
  :: state == DECLINED && column == ON_HEARD_VOID -> next = CLOSED
  :: state == DECLINED && column == ON_GUARD_RESOLVING -> next = CLOSED
  :: state == HOLDING && column == ON_HEARD_OFFER -> next = HOLDING
  :: state == HOLDING && column == ON_HEARD_DEED -> says = SAY_TAKE_UP_RECEIPT
  :: state == HOLDING && column == ON_HEARD_VOID -> verdict = REFUSED_EQUIVOCATION
  :: state == HOLDING && column == ON_GUARD_RESOLVING -> verdict = REFUSED_RESOLVED
  :: state == CLOSED && column == ON_HEARD_OFFER -> verdict = REFUSED_GONE
  :: state == CLOSED && column == ON_HEARD_DEED -> verdict = REFUSED_EQUIVOCATION
  :: state == CLOSED && column == ON_GUARD_STRAY_DEED -> verdict = REFUSED_EQUIVOCATION
  :: state == CLOSED && column == ON_GUARD_LATE_DEED -> verdict = REFUSED_RESOLVED
  :: state == CLOSED && column == ON_HEARD_VOID -> says = SAY_VOID_RECEIPT
  :: state == CLOSED && column == ON_GUARD_RESOLVING -> says = SAY_VOID_RECEIPT
  :: else -> verdict = REFUSED_OUT_OF_ORDER
  fi
}
