"""
PyAirbyte: check, discover, and reads into DuckDB, each in a process of its own.

The rows are appended, not merged, so that a row that the source sends twice stands in the table twice. Between the
reads, rows are added at the very time of the last one, late ones before it, and later ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import duckdb
from airbyte.exceptions import AirbyteConnectorCheckFailedError

import airbyte as ab
from interop.paths import EXAMPLES
from interop.sandbox import STREAMS, Sandbox
from judges.tools import Case, Json, judge

EVENTS, VISITS = 5000, 1200


@judge("pyairbyte", "airbyte", "duckdb")
def work(case: Case) -> None:
    with Sandbox("--events", str(EVENTS), "--visits", str(VISITS)) as sandbox:
        source = _source(case, sandbox)
        source.check()
        case.outcome.equal(source.get_available_streams(), ["events", "visits"], "streams")
        for stream in source.discovered_catalog.streams:
            case.outcome.equal(stream.source_defined_primary_key, [["id"]], f"{stream.name}: key")
            case.outcome.equal(stream.default_cursor_field, ["created_at"], f"{stream.name}: cursor")
        try:
            _source(case, sandbox, api_token="wrong-token-123").check()
            case.outcome.check(False, "check takes a wrong token for right")
        except AirbyteConnectorCheckFailedError as error:
            case.outcome.check("does not accept the token" in str(error), f"a wrong token: {error}")

        _Reads(case, sandbox).all()
        _samples(case, source)
        _example(case, sandbox)


class _Reads:
    """Reads into one DuckDB file, and what SQL says of it after each."""

    def __init__(self, case: Case, sandbox: Sandbox) -> None:
        self.case = case
        self.sandbox = sandbox
        self.path = case.folder / "pyairbyte.duckdb"

    def all(self) -> None:
        self._read("first read", added=EVENTS + VISITS)
        self._read("nothing new", added=0)
        for number in (1, 2, 3):
            self._read(f"incremental {number}", added=sum(self._grow(stream) for stream in STREAMS))
        self._refused()
        self._merged()

    def _grow(self, stream: str) -> int:
        """Two at the time of the last row, three late ones before it, two later ones of the same time."""
        last = max(_time(row) for row in self.sandbox.rows(stream))
        late = (last - timedelta(minutes=3)).isoformat()
        groups = [(2, last.isoformat()), (3, late), (2, (last + timedelta(seconds=40)).isoformat())]
        for count, at in groups:
            self.sandbox.add(stream, count=count, created_at=at)
        return sum(count for count, _ in groups)

    def _read(self, what: str, added: int) -> None:
        self.case.outcome.equal(self._one_read("append"), {"processed": added}, f"{what}: records")
        self._count(what)

    def _one_read(self, strategy: str) -> Json:
        config = self.case.write("read.json", self.sandbox.settings)
        arguments = [self.case.source, config, self.path, strategy]
        command = [sys.executable, "-m", "judges.one_read", *map(str, arguments)]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return {"ended": done.returncode}
        found: Json = json.loads(done.stdout.rstrip().split("\n")[-1])
        return found

    def _count(self, what: str) -> None:
        told: list[str] = []
        for stream in STREAMS:
            truth = {row["id"] for row in self.sandbox.rows(stream)}
            ids = {row[0] for row in self._sql(f"SELECT id FROM main.{stream}")}
            ((count, distinct),) = self._sql(f"SELECT count(*), count(DISTINCT id) FROM main.{stream}")
            self.case.outcome.equal(count, len(truth), f"{what}: rows of {stream}")
            self.case.outcome.equal(distinct, len(truth), f"{what}: ids of {stream}")
            self.case.outcome.check(ids == truth, f"{what}: other ids than the API's in {stream}")
            told.append(f"{stream} {count} rows, {distinct} ids")
        self.case.numbers[f"{what}, in SQL"] = "; ".join(told)

    def _refused(self) -> None:
        """A stream that fails is a failed sync, and the next one makes it good."""
        self.sandbox.faults({"fault": "status-403", "match": {"stream": "visits"}})
        added = sum(self._grow(stream) for stream in STREAMS)
        found = self._one_read("append")
        self.case.outcome.equal(found, {"failed": "AirbyteConnectorFailedError"}, "a refused stream")
        self.sandbox.faults()
        self._read("after a failed sync", added=added)

    def _merged(self) -> None:
        """The same in PyAirbyte's own way: what it does where nothing is said."""
        added = self._grow("events")
        self.case.outcome.equal(self._one_read("auto"), {"processed": added}, "merged: records")
        self._count("merged")

    def _sql(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(query).fetchall()


def _source(case: Case, sandbox: Sandbox, **settings: object) -> ab.Source:
    return ab.get_source(
        "source-circle",
        local_executable=case.source,
        config={**sandbox.settings, **settings},
        streams="*",
    )


def _samples(case: Case, source: ab.Source) -> None:
    """It stops these reads early, by SIGTERM, and takes only that signal or 0 for well."""
    samples = source.get_samples(limit=5, on_error="raise")
    sizes = {name: len(list(_rows(dataset))) for name, dataset in samples.items()}
    case.outcome.equal(sizes, {"events": 5, "visits": 5}, "samples")


def _example(case: Case, sandbox: Sandbox) -> None:
    """The example in `examples/pyairbyte`, as a user runs it."""
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(case.source.parent), os.environ["PATH"]]),
        "TAP_CIRCLE_API_TOKEN": sandbox.token,
        "TAP_CIRCLE_BASE_URL": sandbox.url,
    }
    command = [sys.executable, str(EXAMPLES / "pyairbyte" / "sync.py")]
    done = subprocess.run(command, check=False, cwd=case.folder, env=env, stdout=subprocess.PIPE, text=True)
    expected = [f"{stream}: {len(sandbox.rows(stream))} rows" for stream in STREAMS]
    case.outcome.equal(done.returncode, 0, "the example: exit code")
    case.outcome.equal(sorted(line for line in done.stdout.splitlines() if line in expected), expected, "the example")


def _rows(dataset: Iterable[Any] | None) -> Iterable[Any]:
    return () if dataset is None else dataset


def _time(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["created_at"].replace(" UTC", "+00:00").replace("Z", "+00:00"))


if __name__ == "__main__":
    work()
