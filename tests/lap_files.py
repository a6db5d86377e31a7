"""Lap files written by hand for worked examples, and where the real ones are."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "data"
SECOND = 1_000_000
START = 14 * 3600 * SECOND  # 14:00:00


def corpus_laps(*folders: str) -> list[Path]:
    """Every lap file of the corpus (or of some of its folders) that has the published columns."""
    found = []
    for folder in folders or ("wec", "imsa", "grcup", "formula-e"):
        for path in sorted((CORPUS / folder).rglob("*")):
            if path.suffix.lower() == ".csv":
                with path.open("rb") as file:
                    header = file.readline()
                if b"LAP_IMPROVEMENT" in header and b"ELAPSED" in header:
                    found.append(path)
    return found


def seconds(value: float) -> int:
    return round(value * SECOND)


def written(microseconds: int | None) -> str:
    if microseconds is None:
        return ""
    whole, milliseconds = divmod(microseconds // 1000, 1000)
    minutes, whole = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{whole:02d}.{milliseconds:03d}"


def car_laps(car: str, laps: list[float | dict], **common) -> list[dict]:
    """Laps of one car from lap times in seconds, or dicts with `time` or `sectors` (seconds; None: blank).

    Other keys of a lap (or of all laps, `common`): lap, elapsed (None: blank), driver, pit (crosses in the pit lane),
    pit_time, flag, mark (LAP_IMPROVEMENT), top_speed, class, team, sections.
    """
    result: list[dict] = []
    elapsed = 0.0
    for number, given in enumerate(laps, 1):
        lap = {"car": car, "lap": number, "driver": "Ann ONE", "class": "GT", "team": "Team", "flag": "GF", **common}
        lap |= given if isinstance(given, dict) else {"time": given}
        sectors = lap.setdefault("sectors", [None, None, None])
        if "time" not in lap:
            lap["time"] = sum(sectors)
        elapsed += lap["time"] or 0
        lap.setdefault("elapsed", elapsed)
        result.append(lap)
    return result


def lap_file(*cars: list[dict], sections: tuple[str, ...] = ()) -> bytes:
    """The file that a timekeeper would publish of these laps, columns as in the WEC."""
    names = (
        "NUMBER; DRIVER_NUMBER; LAP_NUMBER; LAP_TIME; LAP_IMPROVEMENT; CROSSING_FINISH_LINE_IN_PIT; S1; S2; S3; KPH;"
        " ELAPSED; HOUR;TOP_SPEED;DRIVER_NAME;PIT_TIME;CLASS;TEAM;MANUFACTURER;FLAG_AT_FL"
    ).split(";")
    lines = [";".join([*names, *(f"{section}_{end}" for section in sections for end in ("time", "elapsed")), ""])]
    for lap in (lap for car in cars for lap in car):
        times = [None if time is None else seconds(time) for time in (lap["time"], *lap["sectors"], lap["elapsed"])]
        fields = [
            lap["car"], "1", str(lap["lap"]), written(times[0]), str(lap.get("mark", 0)), "B" if lap.get("pit") else "",
            *map(written, times[1:4]), str(lap.get("speed", "")), written(times[4]),
            "" if times[4] is None else written((START + times[4]) % (24 * 3600 * SECOND)),
            str(lap.get("top_speed", "")), lap["driver"] or "",
            written(seconds(lap["pit_time"])) if lap.get("pit_time") else "", lap["class"], lap["team"], "Make",
            lap["flag"],
        ]  # fmt: skip
        given = lap.get("sections", {})
        for section in sections:
            fields += [written(None if time is None else seconds(time)) for time in given.get(section, (None, None))]
        lines.append(";".join([*fields, ""]))
    return "\r\n".join([*lines, ""]).encode()
