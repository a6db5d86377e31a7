"""The best times of a race, as the timekeeper marks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyracing.simulate.car import Car


@dataclass(frozen=True)
class Marks:
    """Rows of the best times: of each car the lap, and each sector's best of a driver (1), the car (2) and the session
    (3)."""

    laps: Mapping[str, int]
    session_lap: tuple[str, int]
    sectors: tuple[Mapping[tuple[str, int], int], ...]


def best_rows(values: Sequence[int], rows: Sequence[int]) -> int:
    return min(rows, key=lambda row: (values[row], row))


def find_marks(cars: Sequence[Car]) -> Marks:
    """As the timekeeper marks them at the end: the first lap, from a standing queue, counts for nothing."""
    laps: dict[str, int] = {}
    times: dict[str, int] = {}
    sectors: tuple[dict[tuple[str, int], int], ...] = ({}, {}, {})
    bests: list[list[tuple[int, str, int]]] = [[], [], []]
    for car in cars:
        log, name = car.log, car.entry.car
        if len(log) < 2:
            continue
        lap_times = lap_times_of(car)
        laps[name] = best_rows(lap_times, range(1, len(log)))
        times[name] = lap_times[laps[name]]
        for marked, best, sector in zip(sectors, bests, (log.sector_1, log.sector_2, log.sector_3), strict=True):
            by_driver: dict[int, int] = {}
            for row in range(1, len(log)):
                driver = log.driver[row]
                if driver not in by_driver or sector[row] < sector[by_driver[driver]]:
                    by_driver[driver] = row
            for row in by_driver.values():
                marked[name, row] = 1
            row = best_rows(sector, list(by_driver.values()))
            marked[name, row] = 2
            best.append((sector[row], name, row))
    for marked, best in zip(sectors, bests, strict=True):
        if best:
            _, name, row = min(best)
            marked[name, row] = 3
    fastest = min(times, key=lambda name: times[name], default="")
    return Marks(laps, (fastest, laps.get(fastest, -1)), sectors)


def lap_times_of(car: Car) -> list[int]:
    log = car.log
    return [one + two + three for one, two, three in zip(log.sector_1, log.sector_2, log.sector_3, strict=True)]
