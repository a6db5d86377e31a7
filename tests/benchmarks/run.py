"""Reading and asking measured against others, in one run, on one thread: `python tests/benchmarks/run.py`.

Prints the table of the README. Nothing here asserts a time. Real files are taken from ../shared/data beside the
checkout where they are there, else simulated races.
"""

from __future__ import annotations

import os

os.environ.update({"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_NUM_THREADS": "1"})

import argparse
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pairs
import peers

import pyracing as pr
from pyracing import _core

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADER = (
    "\ufeffNUMBER; DRIVER_NUMBER; LAP_NUMBER; LAP_TIME; LAP_IMPROVEMENT; CROSSING_FINISH_LINE_IN_PIT; S1;"
    " S1_IMPROVEMENT; S2; S2_IMPROVEMENT; S3; S3_IMPROVEMENT; KPH; ELAPSED; HOUR;S1_LARGE;S2_LARGE;S3_LARGE;TOP_SPEED;"
    "DRIVER_NAME;PIT_TIME;CLASS;GROUP;TEAM;MANUFACTURER;FLAG_AT_FL;S1_SECONDS;S2_SECONDS;S3_SECONDS;\r\n"
)


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


@contextmanager
def one_processor() -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def best(runs: int, *jobs: Callable[[], Any]) -> list[float]:
    """The best time of each job; the jobs take turns, so that a slow moment of the machine meets them all."""
    times = [float("inf")] * len(jobs)
    for _ in range(runs):
        for i, job in enumerate(jobs):
            start = perf_counter()
            job()
            times[i] = min(times[i], perf_counter() - start)
    return times


def for_each(items: Sequence[tuple[Any, ...]], job: Callable[..., Any]) -> Callable[[], Any]:
    """All results are kept until the last one is there."""
    return lambda: [job(*item) for item in items]


def separator_of(data: bytes) -> str:
    header = data.split(b"\n", 1)[0]
    return ";" if header.count(b";") > header.count(b",") else ","


# ---- Files ----


def real_files() -> tuple[Path, list[Path]] | None:
    """A 24 h race, and the 23 IMSA races of 2021 and 2022."""
    le_mans = DATA / "wec" / "2024" / "le_mans_24h.csv"
    races = sorted(path for year in ("2021", "2022") for path in (DATA / "imsa" / year).glob("*/*race-laps.csv"))
    return (le_mans, races) if le_mans.exists() and races else None


def simulated_files(folder: Path) -> tuple[Path, list[Path]]:
    def write(name: str, hours: float, seed: int, dialect: str) -> Path:
        target = folder / name
        pr.simulate(seed=seed, hours=hours).write(target, dialect=dialect)
        return next(path for path in sorted(target.rglob("*")) if pr.scan(path)["kind"][0] and is_laps(path))

    return write("long", 24, 1, "wec"), [write(f"race {i}", 2.67, i, "imsa") for i in range(2, 25)]


def is_laps(path: Path) -> bool:
    return path.is_file() and b"LAP_NUMBER" in path.read_bytes()[:4096]


def hours_of(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milliseconds % 1000:03d}"


def made_laps(laps: int) -> Iterator[bytes]:
    """A lap file of that many rows in pieces of a car's thousand laps, for sizes that no race has."""
    yield HEADER.encode()
    rows = []
    for lap in range(1, 1001):
        elapsed = lap * 102_044
        rows.append(
            f"@;{1 + lap // 334};{lap};1:42.044;0;{'B' if lap % 30 == 0 else ''};31.117;0;37.600;0;33.327;0;165.1;"
            f"{hours_of(elapsed)};{hours_of((36_000_478 + elapsed) % 86_400_000):0>12};0:31.117;0:37.600;0:33.327;"
            f"293.5;Driver {1 + lap // 334} OF @;{'0:01:12.345' if lap % 30 == 1 else ''};LMGT3;;Team of @;Make;"
            f"{'FF' if lap == 1000 else 'GF'};31.117;37.600;33.327;\r\n"
        )
    car = "".join(rows)
    for number in range(laps // 1000):
        yield car.replace("@", f"{number:05d}").encode()


# ---- Measurements ----


def speed_table(le_mans: Path, races: list[Path], runs: int) -> None:
    """One lap file, and all races one after the other: gigabytes a second and how many times faster pyracing is."""
    others = peers.peers()
    results: dict[str, list[float]] = {}
    for files in ([le_mans], races):
        contents = [path.read_bytes() for path in files]
        given = [(data, separator_of(data)) for data in contents]
        converted = [(peers.as_endurancepy(data, separator), ";") for data, separator in given]
        jobs: dict[str, Callable[[], Any]] = {
            "counting newlines": for_each(given, peers.newlines),
            "pyracing, from bytes": for_each([(data,) for data in contents], pr.read),
            "pyracing, from path": for_each([(path,) for path in files], pr.read),
        }
        slow: dict[str, Callable[[], Any]] = {}
        for name, peer in others.items():
            slow[name] = for_each(converted if name == "EndurancePy" else given, peer)
        size = sum(map(len, contents))
        times = dict(zip(jobs, best(runs, *jobs.values()), strict=True))
        quick = [name for name in slow if name != "EndurancePy"]
        turns = dict(zip([*quick, "from bytes"], best(max(runs // 4, 2), *[slow[n] for n in quick],
                                                     jobs["pyracing, from bytes"]), strict=True))  # fmt: skip
        times |= {name: turns[name] for name in quick}
        times["pyracing, from bytes"] = min(times["pyracing, from bytes"], turns["from bytes"])
        if "EndurancePy" in slow:
            times |= dict(zip(["EndurancePy"], best(1, slow["EndurancePy"]), strict=True))
        for name, time in times.items():
            results.setdefault(name, []).extend([size / time / 1e9, time])
    print(f"\n| reader | {le_mans.stem} | pyracing is | {len(races)} races | pyracing is |\n|---|---:|---:|---:|---:|")
    own = results["pyracing, from bytes"]
    for name, (one, one_time, many, many_time) in results.items():
        ratio = [f"{theirs / ours:.1f}x" for theirs, ours in ((one_time, own[1]), (many_time, own[3]))]
        print(f"| {name} | {one:.3f} GB/s | {ratio[0]} | {many:.3f} GB/s | {ratio[1]} |")


def other_measurements(le_mans: Path, races: list[Path], runs: int) -> None:
    contents = [path.read_bytes() for path in races]

    def season() -> None:
        for data in contents:
            session = pr.read(data)
            session.classification(), session.stints(), session.pit_stops()

    (time,) = best(runs, season)
    print(f"\n{len(races)} races read, each with classification, stints and pit stops: {time * 1e3:.1f} ms")
    header, row = le_mans.read_bytes().split(b"\n")[:2]
    tiny = header + b"\n" + row + b"\n"
    whole, core = best(runs * 50, lambda: pr.read(tiny), lambda: _core.read([("tiny", tiny)]))
    print(f"A file of one lap: {whole * 1e6:.0f} us, of which Python has {(whole - core) * 1e6:.0f} us")


def question_times(le_mans: Path, runs: int) -> None:
    """Every question of the core as it is asked without options, of one race: each on its own, and all together of a
    session that was just read, so that what they share is made once. Who cannot answer is left out. All together is
    long enough for other processes to come between: of that the time of the processor is taken."""
    data = le_mans.read_bytes()
    session = pr.read(data)

    def asked(question: str) -> Callable[[], Any]:
        return lambda: session._core.ask(question)

    def can_answer(question: str) -> bool:
        try:
            asked(question)()
        except ValueError:
            return False
        return True

    questions = [question for question in _core.questions() if can_answer(question)]
    together = float("inf")
    for _ in range(runs):
        fresh = pr.read(data)._core
        start = process_time()
        for question in questions:
            fresh.ask(question)
        together = min(together, process_time() - start)
    print(f"\n{len(questions)} questions about {le_mans.stem}, all together: {together * 1e3:.2f} ms")
    times = dict(zip(questions, best(runs, *map(asked, questions)), strict=True))
    for question in sorted(times, key=times.__getitem__, reverse=True):
        print(f"    {question:<20} {times[question] * 1e3:7.3f} ms")
    job = peers.endurancepy_positions(data, separator_of(data))
    if job is not None:
        fresh = pr.read(data)._core
        (own,) = best(1, lambda: fresh.ask("crossings"))
        (theirs,) = best(1, job)
        print(f"Positions at every crossing: {own * 1e3:.1f} ms, with gaps and intervals; EndurancePy {theirs:.2f} s, "
              f"without ({theirs / own:,.0f} times as long)")  # fmt: skip


MEMORY_PROGRAM = """
import sys, pyracing as pr
def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
pr.read(sys.argv[2])
open("/proc/self/clear_refs", "w").write("5")
before = peak()
session = pr.read(sys.argv[1])
print(peak() - before, len(session))
"""


def memory(path: Path, small: Path) -> None:
    """Peak above the interpreter, which has read a small file before."""
    if not Path("/proc/self/clear_refs").exists():
        print("Peak memory is not measured on this system")
        return
    command = [sys.executable, "-c", MEMORY_PROGRAM, str(path), str(small)]
    out = subprocess.run(command, check=True, capture_output=True, text=True)
    kilobytes, laps = map(int, out.stdout.split())
    size = path.stat().st_size
    print(f"Peak memory, {laps:,} laps, {size / 1e6:.1f} MB: {kilobytes * 1024 / size:.2f} times the file")


def growth(folder: Path, most: int) -> None:
    """Time by the lap, and the part of it that the program itself takes; the rest is the system, which hands out memory
    page by page. A virtual machine does so the slower the first time, so as much is touched before."""
    small = folder / "small.csv"
    small.write_bytes(b"".join(made_laps(1000)))
    for laps in (10_000, 100_000, 1_000_000, 3_000_000, 10_000_000):
        if laps > most:
            break
        path = folder / "made.csv"
        with path.open("wb") as file:
            file.writelines(made_laps(laps))
        bytearray(2 * path.stat().st_size)
        runs = max(2, 2_000_000 // laps)
        user = os.times().user
        (time,) = best(runs, for_each([(path,)], pr.read))
        user = (os.times().user - user) / runs
        print(f"{laps:>12,} laps: {time * 1e3:9.1f} ms, {time / laps * 1e9:6.1f} ns a lap, "
              f"{user / laps * 1e9:6.1f} ns of processor in the program on average")  # fmt: skip
        memory(path, small)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few runs, growth to 100,000 laps")
    parser.add_argument("--laps", type=int, default=10_000_000, help="growth is measured up to this many laps")
    options = parser.parse_args()
    runs = 5 if options.quick else 30
    warnings.simplefilter("ignore")
    print(f"{processor()}, Python {platform.python_version()}, one thread, best of interleaved runs")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        found = real_files()
        if found is None:
            print("Real files are not there: simulated races instead")
        le_mans, races = found or simulated_files(folder)
        with one_processor():
            speed_table(le_mans, races, runs)
            other_measurements(le_mans, races, runs)
            question_times(le_mans, runs)
        pairs.compare(le_mans, 2 if options.quick else 6)
        memory(le_mans, races[0])
        growth(folder, min(options.laps, 100_000) if options.quick else options.laps)


if __name__ == "__main__":
    main()
