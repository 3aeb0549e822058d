"""
One read by PyAirbyte into a DuckDB file, in a process of its own: `pyairbyte.py` starts it.

    python -m judges.one_read SOURCE CONFIG DATABASE STRATEGY
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from airbyte.caches import DuckDBCache
from airbyte.exceptions import PyAirbyteError

import airbyte as ab


def read(source: str, config: str, database: str, strategy: str) -> dict[str, object]:
    """How many records it processed, or why it failed."""
    settings = json.loads(Path(config).read_text("utf-8"))
    connector = ab.get_source("source-circle", local_executable=source, config=settings, streams="*")
    try:
        result = connector.read(cache=DuckDBCache(db_path=database), write_strategy=strategy)
    except PyAirbyteError as error:
        return {"failed": type(error).__name__}
    return {"processed": result.processed_records}


if __name__ == "__main__":
    found = read(*sys.argv[1:])
    print(f"\n{json.dumps(found)}")
