"""Rows in one form, whatever store they come from, so that they can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from interop.instants import TimeRule, exact, micros

Record = dict[str, Any]

# An object of which the schema knows no fields: a column of JSON where columns are flat.
SHAPELESS = "recurring_event_setting"
Spelling = Callable[[Any], Any]


def canonical(row: Mapping[str, Any], time: TimeRule = exact, spell: Spelling = lambda value: value) -> Record:
    """Nested objects as flat names; times as microseconds; no nulls, since an absent column reads as null."""
    flat: Record = {}
    _flatten_into(flat, row, "", time, spell)
    return flat


def checksum(records: Iterable[Record]) -> str:
    """Of all records in any order."""
    lines = sorted(json.dumps(record, sort_keys=True, default=str) for record in records)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def json_text(value: object) -> str:
    """The same for the same value: PostgreSQL's jsonb keeps its keys in an order of its own."""
    return json.dumps(value, sort_keys=True)


def _flatten_into(flat: Record, row: Mapping[str, Any], prefix: str, time: TimeRule, spell: Spelling) -> None:
    for name, value in row.items():
        key = prefix + name
        if value is None or name.startswith(("_sdc_", "__loaded_at")):
            continue
        if name.endswith(SHAPELESS):
            flat[key] = json_text(json.loads(value) if isinstance(value, str) else value)
        elif isinstance(value, Mapping) and value:
            _flatten_into(flat, value, f"{key}__", time, spell)
        elif isinstance(value, Mapping | list):
            flat[key] = json_text(value)
        elif isinstance(value, datetime):
            flat[key] = micros(value)
        elif name.endswith("_at") and isinstance(value, str):
            flat[key] = time(value)
        else:
            flat[key] = spell(value)
