"""What a report tells of: every question that the session can answer, asked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from pyracing.changes import decisions_between
from pyracing.decisions import Decision
from pyracing.errors import RulesError
from pyracing.parameters import leaves, merge
from pyracing.presets import toml_text
from pyracing.rules import Rules, Source, parameters
from pyracing.session import Session
from pyracing.table import Table, row_dicts

Row = dict[str, Any]
Order = Literal["decisions", "published", "laps", "none"]
PUBLISHED_TOO = ("team", "drivers")  # columns that a published result takes from the entries
RULES_OF_A_RESULT = (
    "flag_required", "dead_heat", "statuses", "end_of_race", "min_distance", "last_lap", "red_flag", "penalties",
    "drive_time",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """The answers of one session, as rows of Python's own values; what cannot be asked of it is empty."""

    session: Session
    rules: Rules | None = None
    decisions: Sequence[Decision] = ()

    @cached_property
    def info(self) -> dict[str, Any]:
        return self.session.info

    @property
    def is_race(self) -> bool:
        return bool(self.info["kind"] == "race")

    @property
    def has_laps(self) -> bool:
        return len(self.session) > 0

    @property
    def can_be_classified(self) -> bool:
        return self.has_laps and not self.info["narrowed"]

    @property
    def is_run(self) -> bool:
        """Whether cars raced each other and positions on track mean something."""
        return self.is_race and self.can_be_classified

    # ---- Who finished where ----

    @cached_property
    def by_laps(self) -> list[Row]:
        """The classification that the laps alone give, without decisions."""
        return row_dicts(self.session.classification(rules=self.rules)) if self.can_be_classified else []

    @cached_property
    def by_decisions(self) -> list[Row]:
        """The classification with the decisions that are given."""
        return row_dicts(self.session.classification(rules=self.rules, decisions=self.decisions))

    @cached_property
    def published(self) -> list[Row]:
        """The published result, with the teams and drivers of the entries."""
        entries = {row["car"]: row for row in row_dicts(self.session.entries)}
        return [
            {
                **dict.fromkeys(PUBLISHED_TOO),
                **{key: entries.get(row["car"], {}).get(key) for key in PUBLISHED_TOO},
                **row,
            }
            for row in row_dicts(self.session.results)
        ]

    @property
    def order(self) -> Order:
        """What the order of the report is: what was decided, else what was published, else what the laps say."""
        if self.decisions and self.can_be_classified:
            return "decisions"
        if self.published:
            return "published"
        return "laps" if self.by_laps else "none"

    @cached_property
    def finish(self) -> list[Row]:
        """The cars in their final order."""
        if self.order == "decisions":
            return self.by_decisions
        return self.published if self.order == "published" else self.by_laps

    @cached_property
    def finish_by_class(self) -> dict[str | None, list[Row]]:
        """The cars of each class in their final order, the class of the first car first."""
        classes: dict[str | None, list[Row]] = {}
        for row in self.finish:
            classes.setdefault(row["class"], []).append(row)
        return classes

    @cached_property
    def decided(self) -> list[Row]:
        """What was decided after the flag: as given, or what explains the published result. Who is classified or
        retired, which laps alone cannot tell, is none of it."""
        if self.order == "decisions":
            return [{"kind": decision.kind, **vars(decision)} for decision in self.decisions]
        if self.order != "published" or not self.by_laps:
            return []
        found = row_dicts(decisions_between(self.session.classification(rules=self.rules), self.session.results))
        return [row for row in found if row["kind"] != "retire" and not self.is_other_status(row)]

    def is_other_status(self, change: Row) -> bool:
        """Whether a difference that no decision explains is one of status."""
        before, after = (
            next((row["status"] for row in order if row["car"] == change["car"]), None)
            for order in (self.by_laps, self.published)
        )
        return change["kind"] == "unexplained" and before != after

    # ---- How it went ----

    def race_rows(self, question: str, **options: Any) -> list[Row]:
        """The answer to a question about a race; none where cars did not race each other."""
        return row_dicts(getattr(self.session, question)(**options)) if self.is_run else []

    @cached_property
    def leaders(self) -> list[Row]:
        return [row for row in self.race_rows("leaders") if row["car"] is not None]

    @cached_property
    def class_leaders(self) -> list[Row]:
        return [row for row in self.race_rows("leaders", by="class") if row["car"] is not None]

    @cached_property
    def laps_led(self) -> list[Row]:
        return self.race_rows("laps_led")

    @cached_property
    def class_laps_led(self) -> list[Row]:
        return self.race_rows("laps_led", lead="class")

    @cached_property
    def hourly(self) -> list[Row]:
        return self.race_rows("hourly", rules=self.rules)

    @cached_property
    def neutralisations(self) -> list[Row]:
        return self.race_rows("neutralisations")

    @cached_property
    def told_by_pace(self) -> list[Row]:
        """The cautions that no flag shows beside those that one does, as far as pace tells."""
        shown = {(row["kind"], row["start"]) for row in self.neutralisations}
        found = self.race_rows("neutralisations", by_pace=True)
        return [row for row in found if row["inferred"] and (row["kind"], row["start"]) not in shown]

    @cached_property
    def retirements(self) -> list[Row]:
        return self.race_rows("retirements")

    @cached_property
    def pit_loss(self) -> list[Row]:
        return self.race_rows("pit_loss", decisions=self.decisions)

    @cached_property
    def drive_time_asked(self) -> tuple[Table | None, str]:
        """The drive times, and which bound the rules leave open: then there are none."""
        if not self.is_run:
            return None, ""
        try:
            return self.session.drive_time(rules=self.rules), ""
        except RulesError as error:
            return self.session.drive_time(), str(error)

    @property
    def drive_time(self) -> Table | None:
        return self.drive_time_asked[0]

    @property
    def drive_time_is_bounded(self) -> bool:
        times = self.drive_time
        return times is not None and any(times.valid(bound).any() for bound in ("minimum", "maximum"))

    @cached_property
    def missed_bounds(self) -> list[Row]:
        """The drive times that are out of the bounds of the rules."""
        times = self.drive_time
        return row_dicts(times[times.valid("ok") & (times["ok"] == 0)]) if times is not None else []

    @cached_property
    def visits(self) -> list[Row]:
        """Every visit to the pit lane."""
        return row_dicts(self.session.pit_stops(decisions=self.decisions))

    @cached_property
    def stints(self) -> Table:
        return self.session.stints(decisions=self.decisions)

    @cached_property
    def class_bests(self) -> list[Row]:
        """The best lap of each class, the fastest first."""
        return row_dicts(self.session.fastest_laps(by="class"))

    @cached_property
    def bests(self) -> list[Row]:
        """The best lap of each car, the fastest first."""
        return row_dicts(self.session.fastest_laps())

    @cached_property
    def doubts(self) -> Table:
        if self.can_be_classified:
            return self.session.check(rules=self.rules, decisions=self.decisions)
        return self.session.check()

    @cached_property
    def first_places(self) -> dict[str, int]:
        """The place of each car in its class at the end of its first lap."""
        if not self.is_run:
            return {}
        crossings = self.session.crossings()
        first = crossings[(crossings["lap"] == 1) & crossings.valid("class_position")]
        return {row.car: row.class_position for row in first[["car", "class_position"]]}

    # ---- The rules ----

    @cached_property
    def rule_values(self) -> list[tuple[str, str, Source]]:
        """What the rules say of a result: key, value as a file writes it, and where it comes from."""
        if self.rules is None:
            return []
        values = leaves(merge({}, parameters(self.rules)))
        return [
            (key, toml_text(value), self.rules.sources.get(key, Source("", "")))
            for key, value in values
            if key.partition(".")[0] in RULES_OF_A_RESULT and value not in (None, [], ())
        ]

    # ---- Pace ----

    @cached_property
    def clean(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which laps show pace."""
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.session.clean_laps()["clean"]
        return found

    def pace(self, *by: str) -> list[Row]:
        """Clean laps by group, the quickest median first: the columns of the group, laps, used, median, mean, best
        (times in microseconds). A group without a clean lap is not there; in one without a name it is None."""
        laps = self.session.laps
        columns = [laps._core.codes(name) for name in by]
        keys = np.stack([np.asarray(codes, dtype=np.int64) for codes, _ in columns])
        groups, group = np.unique(keys, axis=1, return_inverse=True)
        group = group.reshape(-1)
        counts = np.bincount(group, minlength=groups.shape[1])
        times, group = laps["lap_time"].view(np.int64)[self.clean], group[self.clean]
        order = np.lexsort((times, group))
        times, group = times[order], group[order]
        bounds = np.searchsorted(group, np.arange(groups.shape[1] + 1))
        rows = []
        for number, (first, last) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
            if first == last:
                continue
            own = times[first:last]
            named = zip(by, columns, groups[:, number].tolist(), strict=True)
            rows.append({
                **{name: words[code] if code >= 0 else None for name, (_, words), code in named},
                "laps": int(counts[number]), "used": len(own), "median": round(float(np.median(own))),
                "mean": round(float(own.mean())), "best": int(own[0]),
            })  # fmt: skip
        return sorted(rows, key=lambda row: row["median"])
