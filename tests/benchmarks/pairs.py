"""How much two that work at the same time hold each other up: threads that read, and beside them what the machine
itself allows: processes that read, which share no lock, and threads that hash, which share no memory to speak of.

Run as a program it is one of the processes: `python pairs.py FILE BEGIN`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, sleep

import pyracing as pr

SECONDS = 0.3
THREAD_START, PROCESS_START = 0.02, 1.5  # what starting may take
Job = Callable[[bytes], object]


def mean_time(job: Job, data: bytes, begin: float) -> float:
    """Of one job of many, one after the other for a while from an instant on, so that others can begin with it."""
    job(data)
    sleep(max(begin - perf_counter(), 0))
    count, start = 0, perf_counter()
    while (now := perf_counter()) < start + SECONDS:
        job(data)
        count += 1
    return (now - start) / count


def hashing(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def threads(job: Job, path: Path, count: int) -> float:
    data = path.read_bytes()
    begin = perf_counter() + THREAD_START
    with ThreadPoolExecutor(count) as pool:
        return max(pool.map(lambda _: mean_time(job, bytes(bytearray(data)), begin), range(count)))


def processes(path: Path, count: int) -> float:
    command = [sys.executable, __file__, str(path), str(perf_counter() + PROCESS_START)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return max(float(process.communicate()[0]) for process in started)


def compare(path: Path, rounds: int) -> None:
    """Prints how many times as long each takes while another works as when it is alone; the best of each."""
    kinds: dict[str, Callable[[int], float]] = {
        "threads reading": lambda count: threads(pr.read, path, count),
        "processes reading": lambda count: processes(path, count),
        "threads hashing": lambda count: threads(hashing, path, count),
    }
    times = {(kind, count): float("inf") for kind in kinds for count in (1, 2)}
    for _ in range(rounds):
        for (kind, count), best in times.items():
            times[kind, count] = min(best, kinds[kind](count))
    ratios = [f"two {kind} {times[kind, 2] / times[kind, 1]:.2f}" for kind in kinds]
    print(f"Times as long as one alone: {', '.join(ratios)} ({os.cpu_count()} CPUs)")


if __name__ == "__main__":
    print(mean_time(pr.read, Path(sys.argv[1]).read_bytes(), float(sys.argv[2])))
