"""A report taken apart by a parser of its own: its texts, its tables and what it would load."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """`tables` by caption, each a list of rows as heading -> cell; `headings` as (level, text); `items` of lists;
    `figures`, the key numbers; `tags`, every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[dict[str, str]]] = {}
        self.headings: list[tuple[int, str]] = []
        self.items: list[str] = []
        self.figures: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.head: list[str] = []
        self.row: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag in ("caption", "th", "td", "h1", "h2", "h3", "li", "dt", "strong"):
            self.said = []
        elif tag == "thead":
            self.head = []
        elif tag == "tr":
            self.row = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = "".join(self.said).strip()
        if tag == "caption":
            self.rows = self.tables.setdefault(text, [])
        elif tag in ("th", "td"):
            self.row.append(text)
        elif tag == "thead":
            self.head = self.row
        elif tag == "tr" and self.head and self.row != self.head:
            self.rows.append(dict(zip(self.head, self.row, strict=True)))
        elif tag == "table":
            self.head = []
        elif tag in ("h1", "h2", "h3"):
            self.headings.append((int(tag[1]), text))
        elif tag == "li":
            self.items.append(text)
        elif tag == "dt":
            self.name = text
        elif tag == "strong":
            self.figures[self.name] = text

    @property
    def words(self) -> str:
        """The sentences, with plain spaces."""
        return " ".join(self.items).replace("\N{NO-BREAK SPACE}", " ")
