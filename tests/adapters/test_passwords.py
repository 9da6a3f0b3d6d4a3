"""Passwords are stretched as strongly as is asked for, two at once, and never without an answer."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import Parameters, Type, extract_parameters

from handover.adapters.passwords import AT_ONCE, WAITING, Argon2Passwords, SignInBusyError
from handover.web.app import THREADS

PHRASE = "seven green lamps over Piraeus"


def test_what_is_kept_is_argon2id_at_the_floor_that_owasp_names() -> None:
    kept = Argon2Passwords().stretch(PHRASE)
    assert extract_parameters(kept) == Parameters(
        type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=2, memory_cost=19456, parallelism=1
    )


def test_nobodys_password_costs_as_much_as_anybodys() -> None:
    made = Argon2Passwords()
    assert extract_parameters(made._nobody) == extract_parameters(made.stretch(PHRASE))
    assert not made.fits(None, PHRASE)


def test_one_password_fits_and_is_kept_in_another_way_each_time() -> None:
    made = Argon2Passwords()
    first, second = made.stretch(PHRASE), made.stretch(PHRASE)
    assert first != second
    assert made.fits(first, PHRASE)
    assert made.fits(second, PHRASE)
    assert not made.fits(first, PHRASE + " ")


@pytest.mark.parametrize("kept", ["x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$"])
def test_what_was_damaged_fits_nothing(kept: str) -> None:
    assert not Argon2Passwords().fits(kept, PHRASE)


def test_at_most_two_are_stretched_at_once_and_the_others_wait() -> None:
    made = Argon2Passwords(patience=60)
    pairs, running, most, lock = threading.Barrier(2), 0, 0, threading.Lock()

    class Watched:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            pairs.wait(60)  # two are in at once, or none comes out
            with lock:
                running -= 1
            return ""

    made._hasher = Watched()  # type: ignore[assignment]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(made.stretch, [PHRASE] * 6))
    assert most == 2


def test_who_would_wait_too_long_is_told_to_come_again() -> None:
    made = Argon2Passwords(at_once=1, patience=0.0)
    with made._turn(), pytest.raises(SignInBusyError):
        made.fits(None, PHRASE)
    assert not made.fits(None, PHRASE)


def test_those_who_wait_never_hold_all_threads() -> None:
    made = Argon2Passwords(at_once=1)
    for _ in range(1 + WAITING):
        assert made._places.acquire(blocking=False)
    with pytest.raises(SignInBusyError):
        made.fits(None, PHRASE)
    made._places.release()
    assert not made.fits(None, PHRASE)
    assert AT_ONCE + WAITING < THREADS


@pytest.mark.parametrize(("code", "now"), [("287082", 59), ("081804", 1111111109), ("005924", 1234567890)])
def test_codes_are_those_of_rfc_6238(code: str, now: int) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert Argon2Passwords().step(secret, code, now) == now // 30
    assert Argon2Passwords().step(None, code, now) is None


@pytest.mark.parametrize("code", ["", "28708", "2870820", "٢٨٧٠٨٢", "abcdef", "\x00"])
def test_what_is_no_code_fits_no_step(code: str) -> None:
    assert Argon2Passwords().step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", code, 59) is None
