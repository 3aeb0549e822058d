"""Targets that load PostgreSQL, each into a schema of its own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from psycopg.rows import dict_row

from interop.clients.base import FLATTENED, Client, Summary
from interop.instants import four_digits, micros, offset_ignored
from interop.postgres import Database
from interop.records import Record


class PostgresClient(Client):
    schema: ClassVar[str]

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder)
        self.database = database

    def rows(self, stream: str) -> list[Record]:
        with self.database.connect() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            # Not through binary timestamps of the session's zone: naive ones are UTC here.
            rows = cursor.execute(f"SELECT * FROM {self.schema}.{stream}").fetchall()
        return [self.stored(row) for row in rows]

    def summary(self, stream: str) -> Summary:
        sql = f"SELECT count(*), count(DISTINCT id), max(created_at) FROM {self.schema}.{stream}"
        with self.database.connect() as connection:
            found = connection.execute(sql).fetchone()
        assert found is not None
        rows, ids, latest = found
        assert isinstance(rows, int) and isinstance(ids, int)
        return Summary(rows, ids, micros(latest) if isinstance(latest, datetime) else None)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.connect() as connection:
            connection.execute(f"SET search_path = {self.schema}")
            return connection.execute(sql).fetchall()

    def column_types(self, stream: str) -> dict[str, str]:
        sql = (
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
        )
        with self.database.connect() as connection:
            found = connection.execute(sql, (self.schema, stream)).fetchall()
        return {str(name): str(kind) for name, kind in found}


class MeltanoLabs(PostgresClient):
    name = "meltanolabs-target-postgres"
    package = "meltanolabs-target-postgres"
    environment_name = "meltanolabs-target-postgres"
    schema = "meltanolabs"
    dialect = "postgres-json"

    def config(self) -> dict[str, Any]:
        server = self.database.server
        return {
            "host": server.host,
            "port": server.port,
            "user": server.user,
            "password": server.password,
            "database": self.database.name,
            "default_target_schema": self.schema,
            "batch_size_rows": 500,
        }

    def command(self, config: Path) -> list[str]:
        return [self.environment.program("target-postgres"), "--config", str(config)]


class MeltanoLabsFlattened(MeltanoLabs):
    name = "meltanolabs-target-postgres, flattened"
    schema = "meltanolabs_flattened"
    dialect = "postgres-flat"
    tap_settings = FLATTENED


class PipelineWise(PostgresClient):
    name = "pipelinewise-target-postgres"
    package = "pipelinewise-target-postgres"
    environment_name = "pipelinewise-target-postgres"
    schema = "pipelinewise"
    dialect = "postgres-json"
    time = staticmethod(offset_ignored)

    def config(self) -> dict[str, Any]:
        server = self.database.server
        return {
            "host": server.host,
            "port": server.port,
            "user": server.user,
            "password": server.password,
            "dbname": self.database.name,
            "default_target_schema": self.schema,
            "batch_size_rows": 500,
        }

    def command(self, config: Path) -> list[str]:
        return [self.environment.program("target-postgres"), "--config", str(config)]


class Datamill(PostgresClient):
    """Flattens by itself, and makes no column of an object without known fields."""

    name = "singer-target-postgres"
    package = "singer-target-postgres"
    environment_name = "singer-target-postgres"
    schema = "datamill"
    dialect = "postgres-flat"
    time = staticmethod(four_digits)
    ignores = frozenset({"payload__recurring_event_setting"})

    def prepare(self) -> None:
        with self.database.connect() as connection:
            connection.execute("CREATE SCHEMA datamill")

    def config(self) -> dict[str, Any]:
        server = self.database.server
        return {
            "postgres_host": server.host,
            "postgres_port": server.port,
            "postgres_username": server.user,
            "postgres_password": server.password,
            "postgres_database": self.database.name,
            "postgres_schema": self.schema,
            "max_batch_rows": 500,
        }

    def command(self, config: Path) -> list[str]:
        return [self.environment.program("target-postgres"), "--config", str(config)]
