"""Which files belong to one session and what people call it, told from names and formats alone.

Published names hold the session (`202206261040-race-laps.csv`, `03_GR Cup Race 1 Official Results.CSV`), what the file
is, and noise. Whether the files really belong together is checked by the core, on their content.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyracing.errors import ReadError


class TimingFile(NamedTuple):
    """One recognised file. `path` is relative to where the search began, with `/` between folders; `number` its place
    among all files there."""

    path: str
    format: str
    kind: str | None
    size: int
    number: int


class Group(NamedTuple):
    """The files of one session, those with laps first, then in the order of their paths. `kind` is None where neither
    content nor name says it."""

    name: str
    kind: str | None
    files: list[TimingFile]

    @property
    def formats(self) -> str:
        return ", ".join(dict.fromkeys(file.format for file in self.files))


LAPS_FORMAT = "al_kamel_laps"
LISTED_SESSIONS = 20

EXTENSIONS = re.compile(r"(?:\.(?:csv|txt|tsv|gz|zip))+$", re.IGNORECASE)
DOCUMENT_NUMBER = re.compile(r"(?:^|__)\d\d[_ ]")  # the timekeeper's: 03_ results, 23_ analysis, 26_ weather
ROUND_NUMBER = re.compile(r"^\d{1,2}[-_. ]+(?=\D|\d+h\b)")  # before the folder of an event
STAMP = re.compile(r"\b\d{8}(?:\d{4}|\d{6})?\b")  # date and time of the start
SAYS_WHAT_THE_FILE_IS = re.compile(
    r"\b(?:analysis\w*(?: endurance)?(?: with sections)?|best \d+ laps(?: by driver)?"
    r"|(?:results?|classification)(?: by class)?|laps|weather|provisionals?|official|anonymi[sz]ed|rebuilt)(?= |$)"
)
TOKEN = re.compile(r"[^\W\d]+ \d{1,3}(?= |$)|\S+")  # `race 1` is one word: it is neither `race` nor `race 2`
KIND_WORDS = (
    ("race", re.compile(r"\brace\b")),
    ("qualifying", re.compile(r"\b(?:qualifying|qualification|quali|hyperpole)\b")),
    ("test", re.compile(r"\btest\b")),
    ("practice", re.compile(r"\b(?:practice|warm ?up|fp ?\d|session)\b")),
)


def words(text: str) -> str:
    """Letters and digits in lower case, with one blank between words."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


class Words(NamedTuple):
    """A file's path as words: of the folders, of its own name, and the date in it."""

    folder: tuple[str, ...]
    name: tuple[str, ...]
    stamp: tuple[str, ...]

    @property
    def all(self) -> frozenset[str]:
        return frozenset(self.folder + self.name + self.stamp)


def tokens(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(" ".join(SAYS_WHAT_THE_FILE_IS.sub(" ", words(text)).split())))


def path_words(path: str) -> Words:
    *folders, base = path.split("/")
    base = DOCUMENT_NUMBER.sub(" ", EXTENSIONS.sub("", base))
    stamp = STAMP.findall(words(base))
    name = tokens(STAMP.sub(" ", words(base)))
    folder = [token for part in folders for token in tokens(ROUND_NUMBER.sub("", EXTENSIONS.sub("", part)))]
    return Words(tuple(dict.fromkeys(folder)), name, tuple(stamp))


def has_laps(files: Iterable[TimingFile]) -> bool:
    return any(file.format == LAPS_FORMAT for file in files)


def hosts_of(
    described: Words, members: list[TimingFile], groups: list[tuple[Words, list[TimingFile]]]
) -> list[list[TimingFile]]:
    """The groups that files without laps may belong to."""
    own, formats = described.all, {file.format for file in members}
    return [
        others
        for theirs, others in groups
        if (theirs.all <= own or theirs.all >= own)
        and (has_laps(others) or formats.isdisjoint(file.format for file in others))
    ]


def gather(files: Sequence[TimingFile]) -> list[tuple[Words, list[TimingFile]]]:
    """Files with the same words belong together. What has no laps joins the one group whose words it shares or extends:
    `03_GR Cup Race 1 Official Results` the laps of `Race 1`."""
    same: dict[frozenset[str], tuple[Words, list[TimingFile]]] = {}
    for file in files:
        described = path_words(file.path)
        same.setdefault(described.all, (described, []))[1].append(file)
    groups: list[tuple[Words, list[TimingFile]]] = []
    for described, members in sorted(same.values(), key=lambda group: not has_laps(group[1])):
        hosts = [] if has_laps(members) else hosts_of(described, members, groups)
        if len(hosts) == 1:
            hosts[0].extend(members)
        else:
            groups.append((described, members))
    for _, members in groups:
        members.sort(key=lambda file: (file.format != LAPS_FORMAT, file.number))
    return sorted(groups, key=lambda group: min(file.number for file in group[1]))


def told_kind(name: str, files: Sequence[TimingFile]) -> str | None:
    """What a content says outweighs the name; a practice and a qualifying result look alike."""
    for file in files:
        if file.kind is not None:
            return file.kind
    return next((kind for kind, pattern in KIND_WORDS if pattern.search(name)), None)


def group_sessions(files: Sequence[TimingFile], place: str) -> list[Group]:
    """Timing files below one place -> the sessions they make, in the order of their paths, each with a name of its own:
    the words of the file, after those of its folder where the sessions stand in several, and then its date if need be.
    """
    gathered = gather(files)
    several_folders = len({described.folder for described, _ in gathered}) > 1
    names = []
    for described, _ in gathered:
        before = [token for token in described.folder if several_folders and token not in described.name]
        names.append(" ".join([*before, *described.name]) or words(EXTENSIONS.sub("", place)) or "session")
    for attempt in range(2):
        count = Counter(names)
        seen: Counter[str] = Counter()
        for i, (described, _) in enumerate(gathered):
            name = names[i]
            if count[name] > 1:
                seen[name] += 1
                names[i] = " ".join([name, *described.stamp]) if attempt == 0 else f"{name} ({seen[name]})"
    return [Group(name, told_kind(name, members), members) for name, (_, members) in zip(names, gathered, strict=True)]


def listed(groups: Sequence[Group]) -> str:
    names = [f"'{group.name}'" for group in groups[:LISTED_SESSIONS]]
    if len(groups) > LISTED_SESSIONS:
        names.append(f"and {len(groups) - LISTED_SESSIONS} more, which pyracing.scan lists")
    return ", ".join(names)


def pick(groups: Sequence[Group], session: str | None, place: str) -> Group:
    """The session asked for: by its exact name, the only one that begins so, or the only one with all these words."""
    if session is None:
        if len(groups) == 1:
            return groups[0]
        raise ReadError(
            f"{len(groups)} sessions are here: {listed(groups)}; pick one, such as session='{groups[0].name}'", place
        )
    asked = words(session)
    for matches in (
        [group for group in groups if words(group.name) == asked],
        [group for group in groups if f"{words(group.name)} ".startswith(f"{asked} ")],
        [group for group in groups if words(group.name).startswith(asked)],
        [group for group in groups if set(asked.split()) <= set(words(group.name).split())],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise ReadError(f"session='{session}' may be {listed(matches)}; give one of these names in full", place)
    near = difflib.get_close_matches(asked, [group.name for group in groups], n=5, cutoff=0.5)
    suggestion = listed([group for group in groups if group.name in near]) if near else listed(groups)
    raise ReadError(
        f"no session is called '{session}'; the {'nearest' if near else 'sessions here'} are: {suggestion}", place
    )
