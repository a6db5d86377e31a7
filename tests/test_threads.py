"""One session read and asked by many threads at once: every answer is that of a single thread."""

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars
import pytest

import pyracing as pr

THREADS = 8
QUESTIONS = (
    "classification", "crossings", "lap_details", "stints", "pit_stops", "clean_laps", "fastest_laps", "lap_records",
    "ideal_laps", "best_sectors", "top_speeds", "order", "gaps", "lap_chart", "leaders", "laps_led",
    "retirements",
)  # fmt: skip


def at_once(work, count: int = THREADS) -> list:
    """What `work(number)` gives in each of `count` threads that begin together."""
    barrier = threading.Barrier(count)

    def begin(number: int):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@pytest.fixture(scope="module")
def files(tmp_path_factory, simulation) -> list:
    return simulation.write(tmp_path_factory.mktemp("race"))


def test_files_are_read_at_once(files, race):
    name = race.info["name"]
    assert all(session == race for session in at_once(lambda _: pr.read(*files, name=name)))


def test_a_fresh_session_is_asked_at_once(files, race):
    """The timeline is made by whoever needs it first."""
    expected = {question: getattr(race, question)() for question in QUESTIONS}
    for _ in range(10):
        session = pr.read(*files)

        def ask(number: int, session=session) -> bool:
            turned = QUESTIONS[number:] + QUESTIONS[:number]
            return all(getattr(session, question)() == expected[question] for question in turned)

        assert all(at_once(ask))


def test_tables_are_shared(files, race):
    session = pr.read(*files)
    laps, words = race.laps, race.laps["driver"].tolist()

    def use(number: int) -> bool:
        own = session.laps
        frame = polars.DataFrame(own) if number % 2 else own.to_pandas()
        return (
            own["driver"].tolist() == words
            and own[number::3] == laps[number::3]
            and len(frame) == len(laps)
            and pickle.loads(pickle.dumps(own)) == laps
            and session.info["files"] == pr.read(*files).info["files"]
            and repr(session) != ""
        )

    assert all(at_once(use))


def test_what_a_thread_makes_is_released_in_another(files):
    """Each thread takes over what another made; the arrays outlive their sessions."""
    sessions = at_once(lambda _: pr.read(*files))
    selected = at_once(lambda _: sessions.pop().select(classes="LMP2"))
    arrays = at_once(lambda _: selected.pop().laps["lap_time"])
    assert not sessions and not selected
    assert len({int(array.astype("int64").sum()) for array in arrays}) == 1


def test_memory_that_is_given_back_is_given_out_once():
    """The extension keeps freed blocks for the next table: sessions of several sizes come and go in all threads."""
    sizes = (1000, 2500, 2600, 6000)
    lap_times = [np.arange(size).astype("timedelta64[s]").astype("timedelta64[us]") for size in sizes]
    made = [{"car": ["7"] * len(times), "lap_time": times} for times in lap_times]

    def use(number: int) -> bool:
        kept = []
        for turn in range(number, number + 40):
            kept = [*kept[-2:], (turn % len(sizes), pr.from_laps(made[turn % len(sizes)]).laps)]
            if not all((laps["lap_time"] == lap_times[size]).all() for size, laps in kept):
                return False
        return True

    assert all(at_once(use))


def test_what_lies_behind_a_read_only_view_may_change_meanwhile(files):
    """Each session is that of the one content or the other, never of half of each."""
    one = next(path.read_bytes() for path in files if b"LAP_TIME" in path.read_bytes())
    other = one.replace(b"LMGT3", b"LMGTE").replace(b"LMP2", b"LMP3")
    sessions = [pr.read(content) for content in (one, other)]
    shared, over = bytearray(one), threading.Event()

    def write() -> None:
        while not over.is_set():
            for content in (other, one):
                shared[:] = content

    writer = threading.Thread(target=write)
    writer.start()
    try:
        read = [pr.read(memoryview(shared).toreadonly()) for _ in range(100)]
    finally:
        over.set()
        writer.join()
    assert all(session in sessions for session in read)
