/* Who is responsible for one matter, over a hostile wire: a model for SPIN (docs/spec/model/README.md).
 *
 * The state tables are not written here: tables.pml is made from the tables that the nodes run. What is written
 * here is what surrounds them: officers, clocks, the wire, crashes, a restore from a backup, and the properties.
 *
 * NODES may open ROUNDS rounds about one matter, each by whoever claims it, towards any other; later rounds begin
 * after earlier ones have, and may run beside them. Everything a node knows is in its database: what it sends is
 * derived from its states.
 *
 * Wire, for safety: whatever was once sent may arrive at any time, in any order, any number of times, or never. So a
 * crash before a commit is a message that did not arrive, and a crash after it is an answer that was not sent.
 * Wire, with -DFAIR: copies are counted; a run loses, repeats and crashes a given number of times (for `live`).
 *
 * Properties
 *   never two       whoever claims HOLDER is the one who has the title           assertion
 *   never none      whoever has the title does not claim NONE                    assertion
 *   final           no deed after a void, no void after a deed, none without an acceptance, none late or without
 *                   a ground                                                     assertion
 *   erased          a void round leaves no record at its receiver                assertion
 *   honest          nothing that an honest node says is refused, but for an offer that comes after its void
 *   closed alike    every round is closed at both sides with one outcome         ltl live, -DFAIR -DLIVE=round + 1
 * The title is a ghost: it moves when the receiver commits the deed, and back when that deed is resolved.
 *
 * With -DRESOLVE a receiver may be gone for good: it does nothing any more. Two officers of the sender then resolve the
 * round. That there are two, and that they wait for the term, is outside: here they see that the node is gone, and
 * (but with -DM_HANDED_ON) that it has not handed the matter on.
 *
 * Each -DM_... takes one rule away, and must make a property fail. The runs are listed in tests/model.py.
 */
#include "tables.pml"

#ifndef NODES
#define NODES 2
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifdef RESTORE
#define LIVES 2
#else
#define LIVES 1
#endif

byte sender[ROUNDS], receiver[ROUNDS];          /* who the round is between                        */
byte at_sender[ROUNDS], at_receiver[ROUNDS];    /* durable: the states of both sides               */
byte claim[NODES], relieving_for[NODES];        /* durable: what each node says of itself          */
bit accepted[ROUNDS];                           /* durable: the acceptance that a deed would hold  */
bit late[ROUNDS], ungrounded[ROUNDS];           /* the sender's clock; its ground                  */
bit record[ROUNDS];                             /* the receiver keeps values                       */
byte life[NODES], fence[NODES];                 /* incarnation; the least that peers take of it    */

byte title;                                     /* ghosts from here                                */
bit voided[ROUNDS], deeded[ROUNDS], resolved[ROUNDS];
byte epoch[ROUNDS], deeds;

byte next, says, verdict, column, now_claim;    /* scratch: only inside one atomic step            */
hidden byte n;

#define SLOT(k, m, i) (((i) * ROUNDS + (k)) * ACTS + (m))
#ifdef FAIR
byte wire[ROUNDS * ACTS];
byte losses = 2, repeats = 1, crashes = 1;
#define SEND(k, m, who) wire[SLOT(k, m, 0)] = (wire[SLOT(k, m, 0)] < 2 -> wire[SLOT(k, m, 0)] + 1 : 2)
#define THERE(k, m, who) (wire[SLOT(k, m, 0)] > 0)
#define TAKE(k, m) wire[SLOT(k, m, 0)]--
#define QUIET(k, m, who) (wire[SLOT(k, m, 0)] == 0)
#else
bit wire[LIVES * ROUNDS * ACTS];
#define SEND(k, m, who) wire[SLOT(k, m, life[who])] = 1
#define TAKE(k, m) skip
#define QUIET(k, m, who) (wire[SLOT(k, m, life[who])] == 0)
#ifdef RESTORE
#if defined(M_NO_FENCE)
#define THERE(k, m, who) (wire[SLOT(k, m, 0)] || wire[SLOT(k, m, 1)])
#elif defined(M_FENCE_AT_READ)
#define THERE(k, m, who) ((wire[SLOT(k, m, 0)] && fence[who] == 0) || wire[SLOT(k, m, 1)] || peeked[SLOT(k, m, 0)])
#else
#define THERE(k, m, who) ((wire[SLOT(k, m, 0)] && fence[who] == 0) || wire[SLOT(k, m, 1)])
#endif
#else
#define THERE(k, m, who) (wire[SLOT(k, m, 0)])
#endif
#endif

#ifdef RESTORE
#ifdef M_FENCE_AT_READ
bit peeked[ROUNDS * ACTS];                      /* read before the fence, committed after it       */
#endif
byte restored = NODES;                          /* who, once; NODES: nobody yet                    */
bit doubt;                                      /* it does nothing but ask what it has forgotten   */
#define UP(who) (!(doubt && restored == (who)))
#else
#ifdef RESOLVE
bit gone[NODES];                                /* for good; whoever resolves has made sure of it  */
#define UP(who) (!gone[who])
#else
#define UP(who) 1
#endif
#endif
#define HOLDS(who) (claim[who] == CLAIM_HOLDER)
#ifdef M_NO_CLAIM_GUARD
#define FITS(k) (!late[k] && !ungrounded[k])
#else
#define FITS(k) (!late[k] && !ungrounded[k] && HOLDS(sender[k]))
#endif
#define OPEN(k, who) (sender[k] == (who) && (at_sender[k] == OFFERED || at_sender[k] == ACCEPTED))
#if ROUNDS == 1 || defined(PARALLEL)
#define FREE(who) 1
#elif ROUNDS == 2
#define FREE(who) (!OPEN(0, who) && !OPEN(1, who))
#else
#define FREE(who) (!OPEN(0, who) && !OPEN(1, who) && !OPEN(2, who))
#endif

inline check() {
  assert(claim[title] != CLAIM_NONE);                          /* never none */
  n = 0;
  do
  :: n < NODES -> assert(claim[n] != CLAIM_HOLDER || title == n || !UP(n)); n++   /* never two */
  :: else -> break
  od;
  n = 0;
  do
  :: n < ROUNDS -> assert(at_sender[n] != VOIDED || !record[n] || !UP(receiver[n])); n++   /* erased */
  :: else -> break
  od;
  n = 0
}

/* One commit of the sender: the table says what follows, the claim and the ghosts are kept beside it. */
inline sender_commit(k) {
  sender_step(at_sender[k], column);
  assert(verdict != REFUSED_EQUIVOCATION);                     /* honest */
  if
  :: verdict == TAKEN && next != at_sender[k] ->
     if
     :: next == RELIEVING ->
        assert(!voided[k] && accepted[k]);                     /* final */
        assert(!late[k] && !ungrounded[k]);
        deeded[k] = 1; deeds++; epoch[k] = deeds;
        relieving_for[sender[k]] = k
     :: next == VOIDING && column == ON_OWN_RESOLVE ->
        voided[k] = 1; resolved[k] = 1; claim[sender[k]] = CLAIM_HOLDER; title = sender[k]
     :: next == VOIDING && column != ON_OWN_RESOLVE -> assert(!deeded[k]); voided[k] = 1
     :: else
     fi;
     now_claim = CLAIM_IN(next);
     if
     :: next == TRANSFERRED && !(claim[sender[k]] == CLAIM_RELIEVING && relieving_for[sender[k]] == k) ->
#ifdef M_LATE_RECEIPT
        claim[sender[k]] = CLAIM_NONE
#else
        skip                                                   /* it is back already */
#endif
     :: else -> if :: now_claim != NOTHING -> claim[sender[k]] = now_claim :: else fi
     fi;
#ifdef M_EARLY_RELEASE
     if :: next == RELIEVING -> claim[sender[k]] = CLAIM_NONE :: else fi;
#endif
     at_sender[k] = next;
     check()
  :: verdict == TAKEN && next == at_sender[k] && says != NOTHING -> SEND(k, says, sender[k])
  :: else
  fi;
  next = 0; says = 0; verdict = 0; column = 0; now_claim = 0
}

inline receiver_commit(k) {
  receiver_step(at_receiver[k], column);
  assert(verdict == TAKEN || verdict == REFUSED_GONE || column == ON_OWN_ACCEPT || column == ON_OWN_DECLINE);
  if
  :: verdict == TAKEN && next != at_receiver[k] ->
     if
     :: next == PENDING -> record[k] = 1
     :: next == BOUND -> accepted[k] = 1
     :: next == HOLDING ->
        assert(!voided[k] && accepted[k]);                     /* final */
        record[k] = 1; title = receiver[k]; claim[receiver[k]] = CLAIM_HOLDER
     :: next == CLOSED -> record[k] = 0
     :: else
     fi;
#ifdef M_NO_TOMBSTONE
     if :: at_receiver[k] == UNKNOWN && next == CLOSED -> next = UNKNOWN :: else fi;
#endif
#ifdef M_ACCEPTING_TAKES
     if :: next == BOUND -> title = receiver[k]; claim[receiver[k]] = CLAIM_HOLDER :: else fi;
#endif
     at_receiver[k] = next;
     check()
  :: else
  fi
}

proctype Officer(byte k) {                      /* of the sender; opens the round, too */
  byte who, other;
end:
  atomic {
    (k == 0 || at_sender[(k == 0 -> 0 : k - 1)] != NO_ROUND);
    if
    :: HOLDS(0) && UP(0) && FREE(0) -> who = 0
    :: HOLDS(1) && UP(1) && FREE(1) -> who = 1
#if NODES == 3
    :: HOLDS(2) && UP(2) && FREE(2) -> who = 2
#endif
    fi;
    if
    :: who != 0 -> other = 0
    :: who != 1 -> other = 1
#if NODES == 3
    :: who != 2 -> other = 2
#endif
    fi;
    sender[k] = who; receiver[k] = other; who = 0; other = 0;
    at_receiver[k] = UNKNOWN; at_sender[k] = PREPARED; column = ON_OWN_RELEASE;
    sender_commit(k)
  };
end1:
  do
  :: atomic { UP(sender[k]) && (at_sender[k] == OFFERED || at_sender[k] == ACCEPTED) ->
       column = ON_OWN_WITHDRAW; sender_commit(k) }
  :: atomic { UP(sender[k]) && at_sender[k] == ACCEPTED ->
#ifdef M_COUNTERSIGN_UNGUARDED
       column = ON_OWN_COUNTERSIGN;
#else
       column = (FITS(k) -> ON_OWN_COUNTERSIGN : ON_GUARD_UNGROUNDED);
#endif
       sender_commit(k) }
#ifdef M_WITHDRAW_AFTER_DEED
  :: atomic { at_sender[k] == RELIEVING -> at_sender[k] = VOIDING; voided[k] = 1;
       claim[sender[k]] = CLAIM_HOLDER; check() }
#endif
#ifdef FAIR
  :: atomic { at_sender[k] != NO_ROUND -> break }              /* goes home: nobody decides any more */
#endif
  od
}
#ifdef RESOLVE
proctype Resolving(byte k) {                    /* the receiver is gone; two officers of the sender act on it */
end:
  atomic { at_sender[k] == RELIEVING && UP(receiver[k]) ->
#ifndef M_RESOLVED_TOO_EARLY
    gone[receiver[k]] = 1
#endif
  };
end1:
#ifdef M_HANDED_ON
#define HANDED_ON(k) 0
#else
#define HANDED_ON(k) (claim[receiver[k]] == CLAIM_RELIEVING || (title != sender[k] && title != receiver[k]))
#endif
  atomic { UP(sender[k]) && !HANDED_ON(k) && at_sender[k] == RELIEVING && claim[sender[k]] == CLAIM_RELIEVING && relieving_for[sender[k]] == k ->
    column = ON_OWN_RESOLVE; sender_commit(k) }
}
#endif
proctype Clock(byte k) {                        /* the sender's deadline, and the end of its ground */
end:
  if
  :: atomic { at_sender[k] != NO_ROUND -> late[k] = 1 }
#ifndef FAIR
  :: atomic { at_sender[k] != NO_ROUND -> ungrounded[k] = 1 }
#endif
  fi;
end1:
  do
  :: atomic { UP(sender[k]) && late[k] && (at_sender[k] == OFFERED || at_sender[k] == ACCEPTED) ->
       column = ON_OWN_DEADLINE; sender_commit(k) }
#ifdef FAIR
  :: atomic { at_sender[k] > ACCEPTED -> break }
#endif
  od
}
proctype Outbox(byte k) {                       /* says what the states say, again and again */
#ifdef M_NO_RETRY
  bit said[5];
#define ONCE(m) && !said[m]
#define SAID(m) said[m] = 1
#else
#define ONCE(m)
#define SAID(m) skip
#endif
end:
  do
  :: atomic { UP(sender[k]) && at_sender[k] == OFFERED && QUIET(k, SAY_OFFER, sender[k]) ONCE(SAY_OFFER) ->
       SEND(k, SAY_OFFER, sender[k]); SAID(SAY_OFFER) }
  :: atomic { UP(sender[k]) && at_sender[k] == RELIEVING && QUIET(k, SAY_DEED, sender[k]) ONCE(SAY_DEED) ->
       SEND(k, SAY_DEED, sender[k]); SAID(SAY_DEED) }
  :: atomic { UP(sender[k]) && at_sender[k] == VOIDING && QUIET(k, SAY_VOID, sender[k]) ONCE(SAY_VOID) ->
       SEND(k, SAY_VOID, sender[k]); SAID(SAY_VOID) }
  :: atomic { UP(receiver[k]) && at_receiver[k] == BOUND && QUIET(k, SAY_ACCEPTANCE, receiver[k]) ONCE(SAY_ACCEPTANCE) ->
       SEND(k, SAY_ACCEPTANCE, receiver[k]); SAID(SAY_ACCEPTANCE) }
  :: atomic { UP(receiver[k]) && at_receiver[k] == DECLINED && QUIET(k, SAY_DECLINE, receiver[k]) ONCE(SAY_DECLINE) ->
       SEND(k, SAY_DECLINE, receiver[k]); SAID(SAY_DECLINE) }
  od
}
#ifdef M_NO_EPOCH
#define FROM(k) (ROUNDS - 1 - (k))              /* a message of the other round counts, too */
#endif
#ifdef M_CHECK_THEN_ACT
bit fitting[ROUNDS];                            /* read before an await, believed after it */
#endif

inline sender_hears(k, m) {
  if
  :: m == SAY_ACCEPTANCE ->
     if
     :: FITS(k) -> if :: column = ON_HEARD_ACCEPTANCE :: column = ON_GUARD_AUTOMATIC fi
#ifdef M_LATE_DEED
     :: !FITS(k) -> column = ON_GUARD_AUTOMATIC
#elif defined(M_CHECK_THEN_ACT)
     :: !FITS(k) && fitting[k] -> at_sender[k] = OFFERED; column = ON_GUARD_AUTOMATIC
     :: !FITS(k) && !fitting[k] -> column = ON_GUARD_LATE_ACCEPTANCE
#else
     :: !FITS(k) -> column = ON_GUARD_LATE_ACCEPTANCE
#endif
     fi
  :: m == SAY_DECLINE -> column = ON_HEARD_DECLINE
  :: m == SAY_TAKE_UP_RECEIPT -> column = (resolved[k] -> ON_GUARD_LATE_TAKE_UP : ON_HEARD_TAKE_UP_RECEIPT)
  :: m == SAY_VOID_RECEIPT -> column = ON_HEARD_VOID_RECEIPT
  fi;
#ifdef M_ACCEPT_AFTER_VOID
  if :: m == SAY_ACCEPTANCE && at_sender[k] == VOIDING && HOLDS(sender[k]) -> at_sender[k] = OFFERED :: else fi;
#endif
#ifdef M_SEND_FIRST
  if :: m == SAY_ACCEPTANCE && at_sender[k] == OFFERED && FITS(k) -> SEND(k, SAY_DEED, sender[k]) :: skip fi;
#endif
  sender_commit(k)
}
proctype AtSender(byte k) {
  byte m;
end:
  do
  :: atomic {
       if
       :: UP(sender[k]) && THERE(k, SAY_ACCEPTANCE, receiver[k]) -> m = SAY_ACCEPTANCE
       :: UP(sender[k]) && THERE(k, SAY_DECLINE, receiver[k]) -> m = SAY_DECLINE
       :: UP(sender[k]) && THERE(k, SAY_TAKE_UP_RECEIPT, receiver[k]) -> m = SAY_TAKE_UP_RECEIPT
       :: UP(sender[k]) && THERE(k, SAY_VOID_RECEIPT, receiver[k]) -> m = SAY_VOID_RECEIPT
       fi;
       TAKE(k, m);
#ifdef FAIR
       if :: crashes > 0 -> crashes-- :: sender_hears(k, m) fi;
#else
       sender_hears(k, m);
#endif
       m = 0 }
#ifdef M_CHECK_THEN_ACT
  :: atomic { at_sender[k] == OFFERED && THERE(k, SAY_ACCEPTANCE, receiver[k]) && FITS(k) && !fitting[k] ->
       fitting[k] = 1 }
#endif
#ifdef M_NO_EPOCH
  :: atomic { at_sender[k] != NO_ROUND && sender[FROM(k)] == sender[k] && receiver[FROM(k)] == receiver[k] &&
       at_sender[FROM(k)] != NO_ROUND && UP(sender[k]) ->
       if
       :: THERE(FROM(k), SAY_ACCEPTANCE, receiver[k]) -> sender_hears(k, SAY_ACCEPTANCE)
       :: THERE(FROM(k), SAY_TAKE_UP_RECEIPT, receiver[k]) -> sender_hears(k, SAY_TAKE_UP_RECEIPT)
       :: else
       fi }
#endif
  od
}
proctype AtReceiver(byte k) {
  byte m;
end:
  do
  :: atomic {
       if
       :: UP(receiver[k]) && THERE(k, SAY_OFFER, sender[k]) -> m = SAY_OFFER
       :: UP(receiver[k]) && THERE(k, SAY_DEED, sender[k]) -> m = SAY_DEED
       :: UP(receiver[k]) && THERE(k, SAY_VOID, sender[k]) -> m = SAY_VOID
       fi;
       TAKE(k, m);
#ifdef FAIR
       if
       :: crashes > 0 -> crashes--; goto heard                 /* before the commit */
       :: skip
       fi;
#endif
       if
       :: m == SAY_OFFER -> column = ON_HEARD_OFFER
       :: m == SAY_DEED -> column = (accepted[k] -> ON_HEARD_DEED : ON_GUARD_STRAY_DEED)
       :: m == SAY_VOID -> column = (resolved[k] -> ON_GUARD_RESOLVING : ON_HEARD_VOID)
       fi;
       receiver_commit(k);
       if
#ifdef FAIR
       :: crashes > 0 && m != SAY_OFFER -> crashes--           /* after it, before the answer */
#else
       :: skip
#endif
#ifndef M_NO_TAKE_UP_RECEIPT
       :: m == SAY_DEED && at_receiver[k] == HOLDING -> SEND(k, SAY_TAKE_UP_RECEIPT, receiver[k])
#endif
#ifndef M_NO_VOID_RECEIPT
#ifdef M_NO_TOMBSTONE
       :: m == SAY_VOID -> SEND(k, SAY_VOID_RECEIPT, receiver[k])
#else
       :: m == SAY_VOID && at_receiver[k] == CLOSED -> SEND(k, SAY_VOID_RECEIPT, receiver[k])
#endif
#endif
#ifdef FAIR
       :: m == SAY_OFFER
#if defined(M_NO_TAKE_UP_RECEIPT) || defined(M_NO_VOID_RECEIPT)
       :: else
#endif
#endif
       fi;
heard: m = 0; column = 0; next = 0; says = 0; verdict = 0 }
  od
}
proctype Answering(byte k) {                    /* the receiver's officer */
end:
  do
  :: atomic { UP(receiver[k]) && at_receiver[k] == PENDING -> column = ON_OWN_ACCEPT; receiver_commit(k);
       column = 0; next = 0; says = 0; verdict = 0 }
  :: atomic { UP(receiver[k]) && (at_receiver[k] == PENDING || at_receiver[k] == BOUND) ->
       column = ON_OWN_DECLINE; receiver_commit(k); column = 0; next = 0; says = 0; verdict = 0 }
#ifdef M_BOUND_TIMES_OUT
  :: atomic { at_receiver[k] == BOUND -> at_receiver[k] = CLOSED; record[k] = 0 }
#endif
#ifdef FAIR
  :: atomic { at_receiver[k] > UNKNOWN -> break }
#endif
  od
}
#ifdef FAIR
proctype Wire() {                               /* misbehaves so many times, then no more */
  byte i;
end:
  do
  :: atomic { losses > 0 -> i = 0;
       do :: wire[i] > 0 -> wire[i]--; losses--; break
          :: i < ROUNDS * ACTS - 1 -> i++
          :: else -> break od; i = 0 }
  :: atomic { repeats > 0 -> i = 0;
       do :: wire[i] == 1 -> wire[i]++; repeats--; break
          :: i < ROUNDS * ACTS - 1 -> i++
          :: else -> break od; i = 0 }
  :: losses == 0 && repeats == 0 -> break
  od
}
#endif
#ifdef RESTORE
#include "restore.pml"
#endif

init {
  byte k = 0;
  atomic {
    claim[0] = CLAIM_HOLDER; title = 0;
    n = 1;
    do :: n < NODES -> claim[n] = CLAIM_NONE; n++ :: else -> break od;
    n = 0;
    do
    :: k < ROUNDS ->
       receiver[k] = 1;
       run Officer(k); run Outbox(k); run AtSender(k);
#ifndef M_NO_DEADLINE
       run Clock(k);
#endif
       run AtReceiver(k); run Answering(k);
#ifdef RESOLVE
       run Resolving(k);
#endif
       k++
    :: else -> break
    od;
#ifdef FAIR
    run Wire();
#endif
#ifdef RESTORE
    run Disaster(); run Resync();
#ifdef M_FENCE_AT_READ
    run Peek();
#endif
#endif
    k = 0
  }
}

#ifdef LIVE
#define CLOSED_ALIKE(k) ((at_sender[k] == TRANSFERRED && at_receiver[k] == HOLDING) || \
                         (at_sender[k] == VOIDED && at_receiver[k] == CLOSED))
ltl live { <> CLOSED_ALIKE(LIVE - 1) }
#endif
