"""Targets that append to files: a row that comes twice is there twice."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from interop.clients.base import FLATTENED, Client, Summary
from interop.records import Record, canonical


class FileClient(Client):
    upserts = False

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def prepare(self) -> None:
        self.output.mkdir()

    def summary(self, stream: str) -> Summary:
        rows = self.rows(stream)
        ids = {row["id"] for row in rows}
        return Summary(len(rows), len(ids), max((row["created_at"] for row in rows), default=None))


class TargetJsonl(FileClient):
    name = "target-jsonl"
    package = "target-jsonl"
    environment_name = "target-jsonl"

    def config(self) -> dict[str, Any]:
        return {"destination_path": str(self.output), "do_timestamp_file": False}

    def rows(self, stream: str) -> list[Record]:
        path = self.output / f"{stream}.jsonl"
        # split, not splitlines: that one also splits at U+2028.
        lines = path.read_text("utf-8").split("\n") if path.exists() else []
        return [canonical(json.loads(line)) for line in lines if line]


class TargetCsv(FileClient):
    """Writes nested values as Python prints them, so the tap has to flatten. It begins files anew: one for a run."""

    name = "target-csv"
    package = "meltanolabs-target-csv"
    environment_name = "target-csv"
    tap_settings = FLATTENED
    spell = staticmethod(str)

    def config(self) -> dict[str, Any]:
        return {
            "output_path": str(self.output),
            "file_naming_scheme": "{stream_name}-{timestamp}.csv",
            "timestamp_format": "%Y%m%dT%H%M%S.%f",
        }

    def rows(self, stream: str) -> list[Record]:
        found: list[Record] = []
        for path in sorted(self.output.glob(f"{stream}-*.csv")):
            with open(path, encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    found.append(canonical({key: value or None for key, value in row.items()}))
        return found
