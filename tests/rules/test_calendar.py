from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, due_with_pauses
from tests.rules.worked import examples, seed_calendar

SEED = seed_calendar()
DAY = timedelta(days=1)
DAYS = st.dates(date(2018, 6, 1), date(2027, 6, 30))
LIMITS = st.integers(0, 40)


@pytest.mark.parametrize("example", examples("working_days"))
def test_due_dates(example: dict[str, str]) -> None:
    due = SEED.due_on(date.fromisoformat(example["收到日期"]), int(example["工作日"]))
    assert due.on == date.fromisoformat(example["到期日期"])
    assert not due.provisional


@pytest.mark.parametrize("example", examples("pay_days"))
def test_days_before_a_pay_day(example: dict[str, str]) -> None:
    due = SEED.working_days_before(date.fromisoformat(example["发放日"]), int(example["提前工作日"]))
    assert due.on == date.fromisoformat(example["最迟划款日"])
    assert not due.provisional


@pytest.mark.rule("R-007")
def test_a_holiday_is_off_and_a_make_up_saturday_is_worked() -> None:
    assert not SEED.is_working_day(date(2026, 2, 17))
    assert SEED.is_working_day(date(2026, 2, 14))
    assert not SEED.is_working_day(date(2026, 2, 15))
    assert SEED.is_working_day(date(2026, 2, 24))


@pytest.mark.rule("R-010")
def test_a_limit_that_ends_in_a_loaded_year_is_certain_and_one_day_more_is_not() -> None:
    certain = SEED.due_on(date(2026, 12, 28), 3)
    assert (certain.on, certain.provisional) == (date(2026, 12, 31), False)
    open_ended = SEED.due_on(date(2026, 12, 28), 4)
    assert (open_ended.on, open_ended.provisional) == (date(2027, 1, 4), True)


@pytest.mark.rule("R-010")
def test_a_year_not_loaded_still_has_its_fixed_holidays() -> None:
    assert not SEED.is_working_day(date(2027, 1, 1))
    assert not SEED.is_working_day(date(2027, 10, 1))
    assert SEED.is_working_day(date(2027, 10, 8))


@pytest.mark.rule("R-010")
def test_loading_the_year_makes_the_date_certain() -> None:
    loaded = Calendar([(date(2027, 1, 1), "off")], {2026, 2027})
    due = loaded.due_on(date(2026, 12, 30), 2)
    assert (due.on, due.provisional) == (date(2027, 1, 4), False)


@pytest.mark.rule("R-010")
def test_counting_back_into_a_year_not_loaded_is_provisional_too() -> None:
    assert SEED.working_days_before(date(2019, 1, 2), 1).provisional
    assert not SEED.working_days_before(date(2019, 1, 3), 1).provisional


@pytest.mark.rule("R-007")
@given(DAYS, LIMITS)
def test_a_limit_never_ends_on_a_day_off_nor_before_the_receipt(received_on: date, working_days: int) -> None:
    due = SEED.due_on(received_on, working_days)
    assert SEED.is_working_day(due.on)
    assert due.on >= received_on
    assert working_days == 0 or due.on > received_on


@given(DAYS, LIMITS)
def test_more_time_never_ends_earlier_and_a_later_receipt_neither(received_on: date, working_days: int) -> None:
    due = SEED.due_on(received_on, working_days).on
    assert SEED.due_on(received_on, working_days + 1).on >= due
    assert SEED.due_on(received_on + DAY, working_days).on >= due


@given(DAYS, st.integers(1, 40))
def test_the_days_between_receipt_and_end_are_exactly_the_limit(received_on: date, working_days: int) -> None:
    due = SEED.due_on(received_on, working_days).on
    days = [received_on + DAY * step for step in range(1, (due - received_on).days + 1)]
    assert sum(SEED.is_working_day(day) for day in days) == working_days


@given(DAYS, st.integers(1, 40))
def test_counting_back_undoes_counting_forward(start: date, working_days: int) -> None:
    first = SEED.working_day_from(start).on
    assert SEED.working_days_before(SEED.due_on(first, working_days).on, working_days).on == first


# A plain fortnight: Monday 2 to Friday 13 November 2026.
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in range(2, 7))
NEXT_MONDAY, NEXT_TUESDAY, NEXT_WEDNESDAY = (date(2026, 11, day) for day in range(9, 12))


@pytest.mark.rule("R-009")
def test_the_day_of_the_notice_counts_and_the_day_of_the_resubmission_does_not() -> None:
    # Tuesday is day 1; Wednesday to Friday stand still; Monday and Tuesday are days 2 and 3.
    assert due_with_pauses(MONDAY, 3, [(TUESDAY, FRIDAY)], SEED).on == NEXT_TUESDAY


@pytest.mark.rule("R-009")
def test_a_resubmission_a_day_earlier_ends_the_limit_a_day_earlier() -> None:
    assert due_with_pauses(MONDAY, 3, [(TUESDAY, THURSDAY)], SEED).on == NEXT_MONDAY


@pytest.mark.rule("R-009")
def test_an_answer_on_the_day_of_the_notice_changes_nothing() -> None:
    assert due_with_pauses(MONDAY, 3, [(TUESDAY, TUESDAY)], SEED).on == THURSDAY


@pytest.mark.rule("R-009")
def test_a_notice_on_the_day_of_receipt_leaves_the_whole_limit() -> None:
    assert due_with_pauses(MONDAY, 3, [(MONDAY, FRIDAY)], SEED).on == NEXT_WEDNESDAY


@pytest.mark.rule("R-009")
def test_a_notice_on_the_last_day_leaves_one_working_day() -> None:
    assert due_with_pauses(MONDAY, 3, [(THURSDAY, NEXT_MONDAY)], SEED).on == NEXT_TUESDAY


@pytest.mark.rule("R-009")
def test_a_notice_after_the_limit_heals_nothing() -> None:
    assert due_with_pauses(MONDAY, 3, [(FRIDAY, NEXT_MONDAY)], SEED).on == THURSDAY


@pytest.mark.rule("R-009")
def test_a_pause_without_an_end_moves_nothing_yet() -> None:
    assert due_with_pauses(MONDAY, 3, [(TUESDAY, None)], SEED).on == THURSDAY


@pytest.mark.rule("R-009")
@pytest.mark.rule("R-043")
def test_on_the_spot_counts_from_the_resubmission() -> None:
    assert due_with_pauses(MONDAY, 0, [], SEED).on == MONDAY
    assert due_with_pauses(MONDAY, 0, [(MONDAY, THURSDAY)], SEED).on == THURSDAY
    assert due_with_pauses(MONDAY, 0, [(TUESDAY, THURSDAY)], SEED).on == MONDAY
    assert due_with_pauses(MONDAY, 0, [(MONDAY, date(2026, 11, 7))], SEED).on == NEXT_MONDAY


@pytest.mark.rule("R-009")
@pytest.mark.rule("R-010")
def test_a_pause_into_a_year_not_loaded_makes_the_date_provisional() -> None:
    paused = due_with_pauses(date(2026, 12, 21), 3, [(date(2026, 12, 22), date(2027, 1, 5))], SEED)
    assert (paused.on, paused.provisional) == (date(2027, 1, 7), True)
    short = due_with_pauses(date(2026, 12, 21), 3, [(date(2026, 12, 22), date(2026, 12, 25))], SEED)
    assert (short.on, short.provisional) == (date(2026, 12, 29), False)


@pytest.mark.rule("R-009")
@given(DAYS, st.integers(0, 20), st.integers(0, 30), st.integers(0, 30))
def test_a_pause_never_shortens_and_ends_on_a_working_day(
    received_on: date, limit: int, before: int, length: int
) -> None:
    notice = received_on + DAY * before
    due = due_with_pauses(received_on, limit, [(notice, notice + DAY * length)], SEED)
    longer = due_with_pauses(received_on, limit, [(notice, notice + DAY * (length + 1))], SEED)
    assert SEED.is_working_day(due.on)
    assert due.on >= SEED.due_on(received_on, limit).on
    assert longer.on >= due.on
