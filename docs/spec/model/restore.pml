/* One node loses its disk and is restored from an older backup, once, at any moment (two nodes).
 *
 * It raises its incarnation, is in doubt, and does nothing but ask. The peer fences the incarnations below in the
 * transaction in which it answers, and the answer holds where each round stands there: the deeds and acceptances with
 * their signatures are evidence of what the restored node itself said. What the answer finds is applied later, whatever
 * the peer has done meanwhile.
 */
byte kept_sender[ROUNDS], kept_receiver[ROUNDS], kept_claim, kept_for, whose;
bit kept_record[ROUNDS], backed_up, answered;
byte told_sender[ROUNDS], told_receiver[ROUNDS];

proctype Disaster() {
  byte k = 0;
end:
  atomic {
#ifdef AFTER_OPENING
    at_sender[0] != NO_ROUND;                   /* the backup knows of the first round */
#endif
    if :: whose = 0 :: whose = 1 fi;
    do
    :: k < ROUNDS ->
       if
       :: at_sender[k] == NO_ROUND || sender[k] == whose -> kept_sender[k] = at_sender[k]
       :: else -> kept_receiver[k] = at_receiver[k]; kept_record[k] = record[k]
       fi;
       k++
    :: else -> break
    od;
    kept_claim = claim[whose]; kept_for = relieving_for[whose]; backed_up = 1; k = 0
  };
end1:
  atomic {
    backed_up -> restored = whose;
    do
    :: k < ROUNDS ->
       if
       :: at_sender[k] == NO_ROUND && deeded[k] + voided[k] == 0
       :: else ->
          if
          :: sender[k] == whose -> at_sender[k] = kept_sender[k]
          :: else ->
             at_receiver[k] = (kept_receiver[k] == NO_ROUND -> UNKNOWN : kept_receiver[k]);
             record[k] = kept_record[k]
          fi
       fi;
       k++
    :: else -> break
    od;
    relieving_for[whose] = kept_for; k = 0;
#ifdef M_NO_RESYNC
    claim[whose] = kept_claim;                  /* goes on as if nothing had happened */
#else
    claim[whose] = CLAIM_IN_DOUBT; doubt = 1;
#ifndef M_NO_INCARNATION
    life[whose] = 1;
#endif
#endif
    check()
  }
}

#define DEED_KNOWN(k) (told_sender[k] == RELIEVING || told_sender[k] == TRANSFERRED)

inline resync_sender(k) {                       /* a round that the restored node opened */
  if
  :: told_receiver[k] == HOLDING -> at_sender[k] = TRANSFERRED
  :: told_receiver[k] == CLOSED -> at_sender[k] = VOIDED
  :: told_receiver[k] == PENDING || told_receiver[k] == BOUND || told_receiver[k] == DECLINED ->
     if
     :: at_sender[k] == RELIEVING               /* said again, in the new incarnation */
#ifdef M_RESUME_OFFER
     :: at_sender[k] == OFFERED || at_sender[k] == ACCEPTED
     :: at_sender[k] != RELIEVING && at_sender[k] != OFFERED && at_sender[k] != ACCEPTED ->
        at_sender[k] = VOIDING; voided[k] = 1
#else
     :: at_sender[k] != RELIEVING -> at_sender[k] = VOIDING; voided[k] = 1
#endif
     fi
  :: told_receiver[k] == UNKNOWN ->
     if
#ifndef M_RESUME_OFFER
     :: at_sender[k] == OFFERED || at_sender[k] == ACCEPTED -> at_sender[k] = VOIDING; voided[k] = 1
#endif
     :: else
     fi
  fi
}
inline resync_receiver(k) {                     /* a round that the peer opened */
  if
  :: DEED_KNOWN(k) -> at_receiver[k] = HOLDING; record[k] = 1
  :: told_sender[k] == VOIDING || told_sender[k] == VOIDED -> at_receiver[k] = CLOSED; record[k] = 0
  :: told_sender[k] == ACCEPTED -> at_receiver[k] = BOUND
  :: else
  fi
}
inline resync_claim(k, head) {                  /* the head of the chain decides, not each deed by itself */
  head = ROUNDS; k = 0;
  do
  :: k < ROUNDS ->
     if
     :: at_sender[k] != NO_ROUND && deeded[k] &&
        ((sender[k] == whose && (at_sender[k] == TRANSFERRED || at_sender[k] == RELIEVING)) ||
         (receiver[k] == whose && at_receiver[k] == HOLDING)) ->
        if
#ifdef M_OLD_DEED_TAKEN_UP
        :: receiver[k] == whose || head == ROUNDS -> head = k
#else
        :: head == ROUNDS || epoch[k] > epoch[(head == ROUNDS -> 0 : head)] -> head = k
#endif
        :: else
        fi
     :: else
     fi;
     k++
  :: else -> break
  od;
  if
  :: head == ROUNDS -> claim[whose] = (whose == 0 -> CLAIM_HOLDER : CLAIM_NONE)
  :: head < ROUNDS && receiver[head] == whose ->
     claim[whose] = CLAIM_HOLDER;
     if :: told_sender[head] == RELIEVING -> title = whose :: else fi
  :: head < ROUNDS && sender[head] == whose ->
     claim[whose] = (at_sender[head] == RELIEVING -> CLAIM_RELIEVING : CLAIM_NONE);
     relieving_for[whose] = head
  fi;
  k = 0; head = 0
}

proctype Resync() {
  byte k, head;
end:
  atomic {                                      /* at the peer: fence, and say what stands there */
    doubt ->
#ifndef M_NO_FENCE
    fence[whose] = life[whose];
#endif
    do
    :: k < ROUNDS -> told_sender[k] = at_sender[k]; told_receiver[k] = at_receiver[k]; k++
    :: else -> break
    od;
    k = 0; answered = 1
  };
end1:
  atomic {
    answered ->
    do
    :: k < ROUNDS ->
       if
       :: sender[k] == whose && (told_receiver[k] != NO_ROUND) -> resync_sender(k)
       :: receiver[k] == whose && told_sender[k] != NO_ROUND -> resync_receiver(k)
       :: else
       fi;
       k++
    :: else -> break
    od;
    resync_claim(k, head);
    doubt = 0; answered = 0;
    check()
  }
}
#ifdef M_FENCE_AT_READ
proctype Peek() {
  byte i = 0;
end:
  do
  :: atomic { restored < NODES && fence[restored] == 0 ->
       if
       :: i = SAY_OFFER :: i = SAY_DEED :: i = SAY_VOID :: i = SAY_ACCEPTANCE
       fi;
       if :: wire[SLOT(0, i, 0)] -> peeked[SLOT(0, i, 0)] = 1 :: else fi; i = 0 }
  od
}
#endif
