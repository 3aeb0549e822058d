"""A SQLite target of the Meltano SDK's own parts and nothing else, as MeltanoLabs' target-sqlite is.

That one is not on PyPI. The SDK checks every line and validates every record against its schema.
"""

from __future__ import annotations

import sqlalchemy
from singer_sdk import typing as th
from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget


class Connector(SQLConnector):
    """SQLite alters no types, and has no schemas."""

    allow_column_alter = False
    allow_merge_upsert = True

    def get_sqlalchemy_url(self, config: dict[str, object]) -> str:
        return f"sqlite:///{config['path']}"


class Sink(SQLSink):
    """Upserts by SQLite's own words."""

    connector_class = Connector
    max_size = 500

    @property
    def schema_name(self) -> None:
        return None

    def generate_insert_statement(self, full_table_name: str, schema: dict[str, object]) -> str:
        statement = str(super().generate_insert_statement(full_table_name, schema))
        return statement.replace("INSERT INTO", "INSERT OR REPLACE INTO", 1)

    def bulk_insert_records(self, full_table_name: str, schema: dict[str, object], records: object) -> int | None:
        written: int | None = super().bulk_insert_records(full_table_name, schema, records)
        return written


class Target(SQLTarget):
    name = "target-sdk-sqlite"
    config_jsonschema = th.PropertiesList(th.Property("path", th.StringType, required=True)).to_dict()
    default_sink_class = Sink


if __name__ == "__main__":
    assert sqlalchemy is not None
    Target.cli()
