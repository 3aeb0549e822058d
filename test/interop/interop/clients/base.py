"""What the suite has to know of a target."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from interop.environments import Environment, environment
from interop.instants import TimeRule, exact
from interop.records import Record, Spelling, canonical

FLATTENED = {"flattening_enabled": True, "flattening_max_depth": 10}


@dataclass(frozen=True)
class Summary:
    """What the store itself says of a table, in its own words (SQL, where it has that)."""

    rows: int
    distinct_ids: int
    latest: int | None
    """max(created_at), in microseconds."""


class Client(ABC):
    """A target with a store of its own in a folder or database."""

    name: ClassVar[str]
    package: ClassVar[str]
    environment_name: ClassVar[str]
    upserts: ClassVar[bool] = True
    """Whether a row that comes twice is stored once."""
    tap_settings: ClassVar[Mapping[str, Any]] = {}
    time: TimeRule = staticmethod(exact)
    """What it makes of a text with a time."""
    spell: Spelling = staticmethod(lambda value: value)
    """How its store gives other values back."""
    latest_within: ClassVar[int] = 0
    """How many microseconds the store's own max(created_at) may be off."""
    ignores: ClassVar[frozenset[str]] = frozenset()
    """Columns that it does not make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def environment(self) -> Environment:
        return environment(self.environment_name)

    @property
    def version(self) -> str:
        return self.environment.version(self.package)

    def prepare(self) -> None:  # noqa: B027 most need nothing
        """Makes what has to be there before the first run."""

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The target's settings."""

    def command(self, config: Path) -> list[str]:
        return [self.environment.program(self.name), "--config", str(config)]

    @abstractmethod
    def rows(self, stream: str) -> list[Record]:
        """Everything in the table, in canonical form."""

    @abstractmethod
    def summary(self, stream: str) -> Summary: ...

    dialect: ClassVar[str | None] = None
    """Which of the SQL of docs/sql.md is for it."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Asks the store, its tables in sight."""
        raise NotImplementedError

    def column_types(self, stream: str) -> dict[str, str]:
        """Column to type; empty for files."""
        return {}

    def expected(self, row: Mapping[str, Any]) -> Record:
        """What this target should have made of a row of the API."""
        return self._without_ignored(canonical(row, type(self).time, type(self).spell))

    def stored(self, row: Mapping[str, Any]) -> Record:
        """The canonical form of a row of the store."""
        return canonical({key: value for key, value in row.items() if key not in self.ignores})

    def _without_ignored(self, record: Record) -> Record:
        return {
            key: value
            for key, value in record.items()
            if not any(key == name or key.startswith(f"{name}__") for name in self.ignores)
        }
