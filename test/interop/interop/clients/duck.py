"""The target that loads DuckDB."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from interop.clients.base import Client, Summary
from interop.instants import micros
from interop.records import Record


class TargetDuckdb(Client):
    name = "target-duckdb"
    package = "target-duckdb"
    environment_name = "target-duckdb"
    dialect = "duckdb-json"

    @property
    def path(self) -> str:
        return str(self.folder / "store.duckdb")

    def config(self) -> dict[str, Any]:
        return {"path": self.path, "database": "store", "default_target_schema": "main", "batch_size_rows": 500}

    def rows(self, stream: str) -> list[Record]:
        with duckdb.connect(self.path, read_only=True) as connection:
            found = connection.execute(f"SELECT * FROM {stream}")
            names = [column[0] for column in found.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        for row in rows:
            row["payload"] = None if row["payload"] is None else json.loads(row["payload"])
        return [self.stored(row) for row in rows]

    def summary(self, stream: str) -> Summary:
        sql = f"SELECT count(*), count(DISTINCT id), max(created_at) FROM {stream}"
        with duckdb.connect(self.path, read_only=True) as connection:
            rows, ids, latest = connection.execute(sql).fetchall()[0]
        return Summary(rows, ids, None if latest is None else micros(latest))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.path, read_only=True) as connection:
            found: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
            return found

    def column_types(self, stream: str) -> dict[str, str]:
        sql = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ?"
        with duckdb.connect(self.path, read_only=True) as connection:
            return dict(connection.execute(sql, [stream]).fetchall())
