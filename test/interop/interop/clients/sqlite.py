"""Targets that load SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

from interop.clients.base import FLATTENED, Client, Summary
from interop.instants import micros
from interop.paths import LAUNCHERS
from interop.records import Record


def _bool_as_int(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


class SqliteClient(Client):
    spell = staticmethod(_bool_as_int)
    latest_within = 1000
    dialect = "sqlite-flat"

    @property
    def path(self) -> Path:
        return self.folder / "store.db"

    def rows(self, stream: str) -> list[Record]:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            found = [dict(row) for row in connection.execute(f"SELECT * FROM {stream}")]
        return [self.stored(row) for row in found]

    def summary(self, stream: str) -> Summary:
        # Times are text, some with an offset: only strftime orders them, to the millisecond.
        latest_sql = "max(strftime('%Y-%m-%d %H:%M:%f', created_at))"
        sql = f"SELECT count(*), count(DISTINCT id), {latest_sql} FROM {stream}"
        with closing(sqlite3.connect(self.path)) as connection:
            rows, ids, latest = connection.execute(sql).fetchone()
        return Summary(rows, ids, None if latest is None else micros(latest))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(sql).fetchall()

    def column_types(self, stream: str) -> dict[str, str]:
        with closing(sqlite3.connect(self.path)) as connection:
            return {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({stream})")}


class TargetSqlite(SqliteClient):
    """Flattens by itself, and writes an object without known fields as Python prints it."""

    name = "target-sqlite"
    package = "target-sqlite"
    environment_name = "target-sqlite"
    ignores = frozenset({"payload__recurring_event_setting"})

    def config(self) -> dict[str, Any]:
        return {"database": str(self.path.with_suffix("")), "batch_size": 500}

    def command(self, config: Path) -> list[str]:
        return [str(self.environment.python), str(LAUNCHERS / "start_target_sqlite.py"), "--config", str(config)]


class SdkSqlite(SqliteClient):
    name = "SDK SQLTarget (SQLite)"
    package = "singer-sdk"
    environment_name = "singer-sdk"
    tap_settings: ClassVar[dict[str, Any]] = FLATTENED

    def config(self) -> dict[str, Any]:
        return {"path": str(self.path)}

    def command(self, config: Path) -> list[str]:
        return [str(self.environment.python), str(LAUNCHERS / "sdk_target.py"), "--config", str(config)]
