"""The options of a classification, as C gives them: all tables at once, and what they must not hold."""

from contextlib import contextmanager

import pytest

from harness import NO_TIME, Failure
from test_failures import joined_sources

SECOND = 10**6
DECISIONS = {
    "kind": ("TEXT", ["time_penalty", "rear_of_class", "delete_lap", "stop_go", "retire"]),
    "car": ("TEXT", ["00", "01", "00", "00", "01"]),
    "time": ("DURATION", [5 * SECOND, None, None, 10 * SECOND, None]),
    "lap": ("INT32", [None, None, 1, None, None]),
    "reason": ("TEXT", ["track limits", None, "a reason that is longer than all the others " * 3, None, None]),
}
TABLES = {
    "decisions": DECISIONS,
    "class_durations": {"class": ("TEXT", ["GT3", "not here"]), "duration": ("DURATION", [60 * SECOND, SECOND])},
    "last_lap_limits": {"limit": ("DURATION", [1, 10**12]), "laps": ("INT32", [0, 1])},
    "statuses": {
        "status": ("TEXT", ["classified", "retired", "not_classified", "disqualified", "not_started"])
    },
    "members": {
        "car": ("TEXT", ["00", "01"]), "group": ("TEXT", ["Am", None]), "invisible": ("BOOL", [False, True])
    },
    "grid": {"car": ("TEXT", ["00", "77"]), "position": ("INT32", [2, 1])},
}  # fmt: skip


@contextmanager
def given(core, tables=(), **values):
    """The options of no rules, but for these tables and values."""
    name, _alive = core.text("classification")
    default = core.ffi.cast("pyr_classification_options *", core.lib.pyr_find_question(name).options_default)
    options = core.ffi.new("pyr_classification_options *", default[0])
    made = {name: core.new_table(columns) for name, columns in dict(tables).items()}
    for key, value in {**made, **values}.items():
        setattr(options, key, value)
    try:
        yield options
    finally:
        for table in made.values():
            core.lib.pyr_table_release(table)


def ask(core, session, options, question="pyr_classification"):
    return core.call(getattr(core.lib, question), session, options, out="pyr_table *")


@pytest.fixture
def session(core):
    with core.nothing_leaks(), core.read(joined_sources()) as session:
        yield session


@pytest.mark.parametrize("question", ["pyr_classification", "pyr_check", "pyr_hourly"])
def test_all_options_when_any_allocation_fails(core, session, question):
    values = {
        "duration": 90 * SECOND, "share_numerator": 7, "share_denominator": 10, "stop_go_loss": 20 * SECOND,
        "laps_and_time": True, "reference_lap": 15 * SECOND, "dead_heats_shared": True, "guests_keep_place": False,
    }  # fmt: skip
    with given(core, TABLES, **values) as options:
        core.lib.pyr_table_release(ask(core, session, options, question))  # what the session finds once stays with it
        core.fail_every_allocation(
            lambda: ask(core, session, options, question), lambda table: core.lib.pyr_table_release(table)
        )


SERVED = {
    "kind": ("TEXT", ["stop_go", "drive_through", "retire"]), "car": ("TEXT", ["00", "01", "00"]),
    "time": ("DURATION", [SECOND, None, None]), "lap": ("INT32", [1, None, None]),
}  # fmt: skip


@pytest.mark.parametrize("question", ["pit_stops", "stints", "pit_loss", "undercuts"])
def test_served_penalties_when_any_allocation_fails(core, session, question):
    name, _alive = core.text(question)
    asked, table = core.lib.pyr_find_question(name), core.new_table(SERVED)
    options = core.ffi.new(f"pyr_{question}_options *")
    options[0] = core.ffi.cast(f"pyr_{question}_options *", asked.options_default)[0]
    options.decisions = table

    def attempt():
        return core.call(asked.ask, session, options, out="pyr_table *")

    core.lib.pyr_table_release(attempt())
    core.fail_every_allocation(attempt, core.lib.pyr_table_release)
    core.lib.pyr_table_release(table)


def changed(table: str, **columns) -> dict:
    return {table: {**TABLES[table], **columns}}


@pytest.mark.parametrize(
    ("tables", "status", "message"),
    [
        (changed("decisions", kind=("TEXT", ["drive_throgh"] * 5)), "argument", "no decision 'drive_throgh'"),
        (changed("decisions", car=("TEXT", ["000"] * 5)), "argument", "no car '000'.*'00'"),
        (changed("decisions", car=("INT32", [1] * 5)), "argument", "column 'car' is of type int32; make it text"),
        (changed("decisions", car=("TEXT", [None] * 5)), "argument", "column 'car' has rows without a value"),
        (changed("decisions", time=("DURATION", [-1] * 5)), "rules", "gives something"),
        (changed("decisions", time=("DURATION", [2**62] * 5)), "rules", "more than a race holds"),
        (changed("decisions", kind=("TEXT", ["stop_go"] * 5), time=("DURATION", [-5] * 5)), "rules", "gives something"),
        (changed("decisions", lap=("INT32", [9999] * 5)), "rules", "is for a lap that it did not run"),
        (changed("class_durations", duration=("INT64", [1, 2])), "argument", "class_durations: column 'duration'"),
        (changed("last_lap_limits", limit=("DURATION", [2, 2])), "argument", "row 1 does not rise"),
        (changed("statuses", status=("TEXT", ["classified"] * 5)), "argument", "there is a row for each of the 5"),
        (changed("members", car=("TEXT", ["00", "1"])), "argument", "no car '1'"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be(core, session, tables, status, message):
    with given(core, tables, stop_go_loss=0) as options, pytest.raises(Failure, match=message) as caught:
        ask(core, session, options)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"share_numerator": 2}, "min_distance.share is no share"),
        ({"share_denominator": 0}, "min_distance.share is no share"),
        ({"share_numerator": -1}, "min_distance.share is no share"),
        ({"share_denominator": 2**31}, "min_distance.share is no share"),
        ({"last_lap_beyond": 5}, "last_lap.beyond is no status"),
        ({"red_flag_signal": 0, "red_flag_result": 99}, "red_flag.result is needed"),
        ({"early_flag": 0}, "early_flag is before the leader completed a lap"),
        ({"red_flag_signal": 0, "red_flag_result": 2}, "before its leader had completed two laps"),
    ],
)
def test_values_that_cannot_be(core, session, values, message):
    with given(core, **values) as options, pytest.raises(Failure, match=message):
        ask(core, session, options)


def test_extreme_times_end_nothing(core, session):
    """The leader never runs that far, and everybody had run by then."""
    for values in ({"duration": 2**63 - 1}, {"race_laps": 2**62}, {"time_limit": 1, "time_limit_laps": 2**31},
                   {"time_limit_total": 2**63 - 1}, {"red_flag_signal": 2**63 - 1},
                   {"early_flag": 2**63 - 1}):  # fmt: skip
        with given(core, **values) as options, given(core) as nothing:
            own, plain = ask(core, session, options), ask(core, session, nothing)
            assert core.lib.pyr_table_equal(own, plain), values
            core.lib.pyr_table_release(own)
            core.lib.pyr_table_release(plain)


def test_an_early_flag_outside_the_session(core, session):
    for at in (-1, NO_TIME, 2**62):
        options = core.ffi.new("pyr_until_options *", {"at": at, "longest": NO_TIME})
        with pytest.raises(Failure, match="outside the session"):
            core.call(core.lib.pyr_session_until, session, options, out="pyr_session *")
