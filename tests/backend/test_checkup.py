"""How checks are run: once at a time, until their deadline, without piling anything up."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from syntax_guard.backend import Check, CheckError, Checkup, Fault, Reading, check


def read(*checks: Check, memory: float = 0) -> tuple[Reading, ...]:
    return asyncio.run(Checkup(*checks, memory=memory).readings())


def errors(reading: Reading) -> list[str]:
    return [fault.error for fault in reading.faults]


def test_a_check_of_ones_own_takes_three_lines() -> None:
    @check("payments", deadline=1)
    def payments() -> None:
        raise ConnectionRefusedError("nobody there")

    (reading,) = read(payments)
    assert reading.check.name == "payments"
    assert reading.faults == (Fault("ConnectionRefusedError", "nobody there", may_pass=True),)


def test_an_async_check_of_ones_own_takes_three_lines() -> None:
    @check("payments")
    async def payments() -> None:
        await asyncio.sleep(0)

    (reading,) = read(payments)
    assert reading.healthy


class AsyncQuestion:
    async def __call__(self) -> None:
        raise LookupError("asked")


def test_an_object_with_an_async_call_is_awaited() -> None:
    assert errors(read(Check("object", AsyncQuestion()))[0]) == ["LookupError"]


@pytest.mark.parametrize(
    "raised", [ValueError("x"), SystemExit(3), KeyboardInterrupt()], ids=lambda e: type(e).__name__
)
def test_whatever_a_check_raises_in_its_thread_is_its_answer(raised: BaseException) -> None:
    def ask() -> None:
        raise raised

    assert errors(read(Check("raises", ask))[0]) == [type(raised).__name__]


@pytest.mark.parametrize("raised", [SystemExit(3), KeyboardInterrupt()], ids=lambda e: type(e).__name__)
def test_what_ends_a_process_goes_through_an_async_check(raised: BaseException) -> None:
    async def ask() -> None:
        raise raised

    with pytest.raises(type(raised)):
        read(Check("ends", ask))


def test_a_plain_function_that_returns_an_awaitable_is_awaited() -> None:
    async def down() -> None:
        raise OSError("down")

    async def up() -> bool:
        return True

    assert errors(read(Check("lambda", lambda: down()))[0]) == ["OSError"]
    assert read(Check("lambda", lambda: up()))[0].healthy


def test_an_awaitable_that_hangs_is_cut_off_at_the_deadline() -> None:
    assert errors(read(Check("lambda", lambda: asyncio.sleep(60), deadline=0.05))[0]) == ["TimeoutError"]


@pytest.mark.parametrize("value", [None, True, {}, {"items": 3, "share": 0.5}], ids=repr)
def test_what_passes(value: object) -> None:
    (reading,) = read(Check("good", lambda: value))  # type: ignore[arg-type, return-value]
    assert reading.healthy
    assert reading.counts == (value if isinstance(value, dict) else {})


@pytest.mark.parametrize(
    "value",
    [
        *(False, 0, 1, "ok", "", [1], [], (), object(), b"x"),
        *({"status": 1}, {"time": 1}, {"n": "evil"}, {"n": True}, {"n": float("nan")}, {"n": float("inf")}),
        *({"n": 10**5000}, {1: 1}, {"\ud800": 1}, {"": 1}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_else_is_returned_is_a_fault_that_says_what_to_return(value: object) -> None:
    (fault,) = read(Check("bad", lambda: value))[0].faults  # type: ignore[arg-type, return-value]
    assert fault.error == "UnexpectedAnswer"
    assert "None or True" in fault.message


@pytest.mark.parametrize(
    ("value", "told", "may_pass"), [(False, "returned False", True), ("ok", "a value of type str", False)]
)
def test_a_fault_names_what_was_returned_and_only_false_may_pass(value: object, told: str, may_pass: bool) -> None:
    (fault,) = read(Check("bad", lambda: value))[0].faults  # type: ignore[arg-type, return-value]
    assert told in fault.message
    assert fault.may_pass is may_pass


def test_the_decorator_s_defaults_are_those_of_a_check() -> None:
    def ask() -> None:
        pass

    assert check("x")(ask) == Check("x", ask)


def test_a_checkup_without_checks_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one check"):
        Checkup()


def test_a_check_error_without_a_fault_in_it_is_refused() -> None:
    with pytest.raises(TypeError, match="Fault"):
        CheckError("out of stock")  # type: ignore[arg-type]


def test_a_check_that_is_cancelled_from_inside_is_an_answer_too() -> None:
    async def ask() -> None:
        raise asyncio.CancelledError

    assert errors(read(Check("cancelled", ask))[0]) == ["CancelledError"]


def test_all_faults_of_a_check_are_kept() -> None:
    def ask() -> None:
        raise CheckError(Fault("A", "first"), Fault("B", "second"), counts={"broken": 2})

    (reading,) = read(Check("two", ask))
    assert errors(reading) == ["A", "B"]
    assert reading.counts == {"broken": 2}


@pytest.mark.parametrize("name", ["", "a:b", "a\nb", "\ud800", "\x1b[2J"])
def test_a_name_that_the_format_cannot_carry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="colon"):
        Check(name, lambda: None)


def test_a_deadline_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="deadline"):
        Check("never", lambda: None, deadline=0)


def test_two_checks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="twin"):
        Checkup(Check("twin", lambda: None), Check("twin", lambda: None))


@contextmanager
def hanging() -> Iterator[tuple[Check, list[int]]]:
    """A check that hangs in its thread until the end of the test, and a list that grows with every run."""
    runs: list[int] = []
    let_go = threading.Event()

    def ask() -> None:
        runs.append(1)
        let_go.wait(60)

    yield Check("hangs", ask, deadline=0.05), runs
    let_go.set()


def test_a_check_that_hangs_is_answered_for_and_holds_one_thread() -> None:
    async def probe(checkup: Checkup) -> list[Reading]:
        return [(await checkup.readings())[0] for _ in range(20)]

    with hanging() as (check, runs):
        before = threading.active_count()
        readings = asyncio.run(probe(Checkup(check, memory=0)))
        assert {error for reading in readings for error in errors(reading)} == {"TimeoutError"}
        assert runs == [1]
        assert threading.active_count() == before + 1


def test_a_check_that_hung_runs_again_once_it_has_ended() -> None:
    let_go, runs = threading.Event(), []

    def ask() -> None:
        runs.append(1)
        let_go.wait(60)

    async def probe() -> bool:
        checkup = Checkup(Check("hung", ask, deadline=0.05), memory=0)
        assert not (await checkup.readings())[0].healthy
        let_go.set()
        while not (await checkup.readings())[0].healthy:
            await asyncio.sleep(0.01)
        return True

    assert asyncio.run(asyncio.wait_for(probe(), 30))
    assert len(runs) == 2


def asked_twice(
    second: Callable[[], Awaitable[None]], *, deadline: float = 0.4, pause: float = 0
) -> tuple[Reading, Reading]:
    """Two readings of a check that is late the first time, and does what ``second`` does from then on."""
    runs: list[int] = []

    async def ask() -> None:
        runs.append(1)
        await (asyncio.sleep(60) if len(runs) == 1 else second())

    async def probe() -> tuple[Reading, Reading]:
        checkup = Checkup(Check("database", ask, deadline=deadline), memory=0)
        (first,) = await checkup.readings()
        await asyncio.sleep(pause)
        (then,) = await checkup.readings()
        assert len(runs) == 2
        return first, then

    return asyncio.run(probe())


def test_who_asks_again_after_a_fault_does_not_wait_for_the_whole_deadline_once_more() -> None:
    first, then = asked_twice(lambda: asyncio.sleep(60))
    assert not first.healthy
    assert then is first


def test_a_check_that_has_recovered_is_told_at_once() -> None:
    assert asked_twice(lambda: asyncio.sleep(0), deadline=2)[1].healthy


def test_a_fault_of_long_ago_is_not_told_again() -> None:
    first, then = asked_twice(lambda: asyncio.sleep(60), pause=0.5)
    assert not then.healthy
    assert then is not first


def test_an_async_check_that_hangs_is_cancelled() -> None:
    ended: list[str] = []

    async def ask() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    async def probe() -> Reading:
        (reading,) = await Checkup(Check("hangs", ask, deadline=0.05)).readings()
        await asyncio.sleep(0.05)
        assert ended == ["cancelled"]  # in here: at its end, asyncio.run cancels whatever is left
        return reading

    assert errors(asyncio.run(probe())) == ["TimeoutError"]


def test_an_async_check_that_ignores_its_cancellation_is_not_started_again() -> None:
    runs: list[int] = []

    async def ask() -> None:
        runs.append(1)
        for _ in range(5):
            try:
                await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                continue

    async def probe() -> list[Reading]:
        checkup = Checkup(Check("stubborn", ask, deadline=0.05), memory=0)
        return [(await checkup.readings())[0] for _ in range(10)]

    assert {error for reading in asyncio.run(probe()) for error in errors(reading)} == {"TimeoutError"}
    assert runs == [1]


def test_requests_at_the_same_time_share_one_run() -> None:
    runs: list[int] = []

    async def ask() -> None:
        runs.append(1)
        await asyncio.sleep(0.05)

    async def probe() -> None:
        checkup = Checkup(Check("shared", ask), memory=0)
        await asyncio.gather(*(checkup.readings() for _ in range(200)))

    asyncio.run(probe())
    assert runs == [1]


def test_a_request_that_goes_away_does_not_end_the_run_for_the_others() -> None:
    async def ask() -> None:
        await asyncio.sleep(0.1)

    async def probe() -> tuple[Reading, ...]:
        checkup = Checkup(Check("shared", ask), memory=0)
        impatient = asyncio.create_task(checkup.readings())
        patient = asyncio.create_task(checkup.readings())
        await asyncio.sleep(0.02)
        impatient.cancel()
        return await patient

    assert asyncio.run(probe())[0].healthy


@pytest.mark.parametrize(("memory", "expected"), [(60, 1), (0, 3)], ids=["remembered", "forgotten"])
def test_a_reading_is_remembered_for_a_moment(memory: float, expected: int) -> None:
    runs: list[int] = []

    async def probe() -> None:
        checkup = Checkup(Check("counted", lambda: runs.append(1)), memory=memory)
        for _ in range(3):
            await checkup.readings()

    asyncio.run(probe())
    assert len(runs) == expected


def test_checks_are_asked_at_the_same_time() -> None:
    meet = threading.Barrier(3, timeout=20)

    def ask() -> None:
        meet.wait()

    assert all(reading.healthy for reading in read(*(Check(f"check {n}", ask, deadline=30) for n in range(3))))


def test_an_event_loop_of_later_is_no_trouble() -> None:
    checkup = Checkup(Check("again", lambda: None), memory=0)
    assert asyncio.run(checkup.readings())[0].healthy
    assert asyncio.run(checkup.readings())[0].healthy


def test_the_time_that_a_check_took_is_told() -> None:
    (reading,) = read(Check("sleeps", lambda: time.sleep(0.05)))
    assert reading.seconds >= 0.05


def flaky(answers: list[Exception | None]) -> Callable[[], None]:
    def ask() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    return ask


def test_the_log_has_the_details_once_for_each_change(caplog: pytest.LogCaptureFixture) -> None:
    async def probe(times: int, checkup: Checkup) -> None:
        for _ in range(times):
            await checkup.readings()

    ask = flaky([None, OSError("disk on fire"), OSError("disk on fire"), None, None])
    with caplog.at_level(logging.INFO, logger="syntax_guard.backend"):
        asyncio.run(probe(5, Checkup(Check("disk", ask), memory=0)))
    assert [record.getMessage() for record in caplog.records] == [
        "check disk fails: OSError: disk on fire",
        "check disk passes again",
    ]


def test_the_log_has_no_password(caplog: pytest.LogCaptureFixture) -> None:
    read(Check("cache", flaky([OSError("no answer from redis://user:hunter2@cache:6379")])))
    assert caplog.messages == ["check cache fails: OSError: no answer from redis://user:***@cache:6379"]


def test_a_listener_that_fails_is_logged_and_does_not_change_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    def full(_: Reading) -> None:
        raise OSError("no space left on device")

    checkup = Checkup(Check("fine", lambda: None), memory=0)
    checkup.listeners.append(full)
    assert asyncio.run(checkup.readings())[0].healthy
    (record,) = caplog.records
    assert (record.levelname, record.exc_info is not None) == ("ERROR", True)
