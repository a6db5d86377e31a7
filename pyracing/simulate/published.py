"""How timekeepers write times, speeds and gaps. All from whole milliseconds."""


def lap_time(ms: int, minutes: str = ":") -> str:
    """`57.783`, `1:12.848`, `1:01:35.747`; with `minutes="'"`, as in the WEC's results, `1'12.848` and
    `1:01'35.747`."""
    if ms < 60_000:
        return f"{ms // 1000}.{ms % 1000:03d}"
    whole, rest = divmod(ms, 60_000)
    if whole < 60:
        return f"{whole}{minutes}{rest // 1000:02d}.{rest % 1000:03d}"
    return f"{whole // 60}:{whole % 60:02d}{minutes}{rest // 1000:02d}.{rest % 1000:03d}"


def large(ms: int) -> str:
    """As a lap time, but never without minutes: `0:08.646`."""
    return lap_time(ms) if ms >= 60_000 else f"0:{ms // 1000:02d}.{ms % 1000:03d}"


def with_hours(ms: int, width: int = 1) -> str:
    """`0:01:59.351`; a clock, with `width=2`, `00:03:14.263`."""
    return f"{ms // 3_600_000:0{width}d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def seconds(ms: int) -> str:
    """`158.779`."""
    return f"{ms // 1000}.{ms % 1000:03d}"


def decimal(value: int, places: int) -> str:
    """A whole number of the smallest units: (1234, 2) is `12.34`."""
    unit = 10**places
    return f"{'-' if value < 0 else ''}{abs(value) // unit}.{abs(value) % unit:0{places}d}"


def average_speed(metres: int, ms: int) -> str:
    """Of a lap, km/h with one decimal."""
    tenths = (metres * 36_000 + ms // 2) // ms
    return f"{tenths // 10}.{tenths % 10}"


def gap(laps: int, ms: int, sign: str = "", minutes: str = ":", one_lap: str = "Lap") -> str:
    """Behind another car by laps, or on the same lap by time."""
    if laps:
        return f"{laps} {one_lap if laps == 1 else 'Laps'}"
    return f"{'-' if ms < 0 else sign}{lap_time(abs(ms), minutes)}"
