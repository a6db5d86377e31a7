"""What can go wrong with files and rules. Programming mistakes are Python's own TypeError, ValueError and KeyError."""


class ReadError(ValueError):
    """A source that cannot be read as a session.

    Attributes
    ----------
    message : one sentence that ends with what to do.
    path : name of the source, or None where no single source is to blame.
    line, column : place in the source, from 1, the column in bytes; None where there is none.
    offset : place in bytes from the start of the source, or None.
    """

    def __init__(
        self,
        message: str,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(message, path, line, column, offset)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.offset = offset

    def __str__(self) -> str:
        place = [str(part) for part in (self.path, self.line, self.column) if part is not None]
        return ": ".join([":".join(place), self.message] if place else [self.message])


class UnknownFormat(ReadError):
    """A source whose content is no format that is read here."""


class RulesError(ValueError):
    """Rules or decisions that contradict themselves, cannot be read or applied, or leave open what is needed."""
