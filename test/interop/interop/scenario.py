"""What every target goes through, and what must be in its store afterwards."""

from __future__ import annotations

import copy
import json
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any

from interop.clients.base import Client
from interop.instants import micros, text_of
from interop.pipeline import Kill, Ran, run_pipe, tap_command
from interop.records import Record, checksum
from interop.sandbox import STREAMS, Json, Sandbox

EMAIL = ("payload", "initiator", "email")
# Small pages and a slow server, so that a kill strikes in the middle.
TAP = {"page_size": 100, "max_concurrency": 1, "log_format": "text"}
SANDBOX = ("--events", "1200", "--visits", "400", "--latency-ms", "25")


@dataclass
class Result:
    client: str
    version: str
    sent: int = 0
    stored: int = 0
    distinct: int = 0
    lost: int = 0
    duplicates: int = 0
    resent: int = 0
    """Rows that were sent twice, after kills alone."""
    seconds: float = 0
    checksums: dict[str, str] = field(default_factory=dict)
    passed: int = 0
    misses: list[str] = field(default_factory=list)
    truth: dict[str, list[Json]] = field(default_factory=dict)

    def check(self, holds: bool, miss: str) -> None:
        if holds:
            self.passed += 1
        else:
            self.misses.append(miss)


class Scenario:
    """One target, one sandbox, one state file."""

    def __init__(self, client: Client, sandbox: Sandbox) -> None:
        self.client = client
        self.sandbox = sandbox
        self.folder = client.folder
        self.result = Result(client.name, client.version)
        self.state: dict[str, Any] | None = None
        self.sent_ids: list[str] = []
        self.without_email: set[str] = set()

    def run(self) -> Result:
        started = time.monotonic()
        self.client.prepare()
        self._write("target", self.client.config())
        self._write("config", {**TAP, **self.client.tap_settings, **self.sandbox.settings})
        whole = json.loads(subprocess.check_output(tap_command("--discover")))
        self._write("whole", whole)
        self._write("narrow", _narrowed(whole))
        self._first()
        self._incremental()
        self._changed_selection()
        self._compare("before any kill", may_repeat=False)
        self._killed()
        self._compare("after the kills", may_repeat=not self.client.upserts)
        self.result.seconds = time.monotonic() - started
        return self.result

    def _first(self) -> None:
        ran = self._sync("1-first", "whole")
        self.result.check(len(ran.records()) == 1600, f"first sync: sent {len(ran.records())} of 1600 rows")

    def _incremental(self) -> None:
        """Ties at the bookmark, rows that became visible late, and new rows: each is sent once, nothing else is."""
        added = 0
        for stream in STREAMS:
            latest = max(micros(row["created_at"]) for row in self.sandbox.rows(stream))
            for count, at in ((3, latest), (2, latest - 300_000_000), (25, latest + 1_500_000)):
                added += len(self.sandbox.add(stream, count=count, created_at=text_of(at), step_us=0))
        ran = self._sync("2-incremental", "whole")
        self.result.check(len(ran.records()) == added, f"incremental: sent {len(ran.records())}, not {added} rows")

    def _changed_selection(self) -> None:
        for stream, count in (("events", 20), ("visits", 10)):
            self._add_later(stream, count)
        before = self._bookmark("visits")
        ran = self._sync("3-narrow", "narrow")
        self.without_email = {record["id"] for record in ran.records()}
        texts = json.dumps(ran.messages())
        self.result.check(len(self.without_email) == 20, f"narrow: sent {len(self.without_email)}, not 20 rows")
        self.result.check(
            '"visits"' not in texts.replace('"visits": {"replication_key"', ""), "narrow: visits were sent"
        )
        self.result.check("@example." not in texts, "narrow: an address was sent")
        self.result.check(self._bookmark("visits") == before, "narrow: the bookmark of visits was not kept")
        self._add_later("events", 5)
        ran = self._sync("4-whole-again", "whole")
        self.result.check(len(ran.records()) == 15, f"whole again: sent {len(ran.records())}, not 15 rows")

    def _killed(self) -> None:
        """SIGKILL to the tap, then to the whole pipe, then a run to the end: each goes on from the last whole STATE."""
        self._add_later("events", 1500)
        self._sync("5-tap-killed", "whole", Kill(600, whole_pipe=False))
        self._sync("6-pipe-killed", "whole", Kill(250, whole_pipe=True))
        self._sync("7-resumed", "whole")
        ran = self._sync("8-nothing-new", "whole")
        self.result.check(not ran.records(), f"nothing new: sent {len(ran.records())} rows")

    def _add_later(self, stream: str, count: int) -> None:
        latest = max(micros(row["created_at"]) for row in self.sandbox.rows(stream))
        self.sandbox.add(stream, count=count, created_at=text_of(latest + 1_000_000), step_us=1_000)

    def _sync(self, name: str, catalog: str, kill: Kill | None = None) -> Ran:
        tap = tap_command("--config", "config.json", "--catalog", f"{catalog}.json")
        if self.state is not None:
            self._write("state", self.state)
            tap += ["--state", "state.json"]
        ran = run_pipe(tap, self.client.command(self.folder / "target.json"), self.folder, name, kill)
        if kill is None and (ran.tap_code, ran.target_code) != (0, 0):
            codes = f"tap {ran.tap_code}, target {ran.target_code}"
            raise AssertionError(f"{self.client.name}: {name} ended with {codes}:\n{ran.stderr[-2500:]}")
        if kill is not None:
            self.result.check(ran.tap_code == -9, f"{name}: the tap was over before it was killed")
        self.sent_ids += [record["id"] for record in ran.records()]
        self.state = ran.state or self.state
        return ran

    def _bookmark(self, stream: str) -> object:
        assert self.state is not None
        return copy.deepcopy(self.state["bookmarks"].get(stream))

    def _compare(self, when: str, *, may_repeat: bool) -> None:
        """Row for row against the sandbox, and by the store's own count, count(distinct) and max."""
        result = self.result
        result.stored = result.distinct = result.lost = 0
        for stream in STREAMS:
            truth = self.sandbox.rows(stream)
            expected = {row["id"]: self._expected(row) for row in truth}
            stored = self.client.rows(stream)
            by_id = {row["id"]: row for row in stored}
            summary = self.client.summary(stream)
            lost = [key for key in expected if key not in by_id]
            wrong = [key for key, row in by_id.items() if expected.get(key) != row]
            latest = max(row["created_at"] for row in expected.values())
            where = f"{when}: {stream}"
            result.check(not lost, f"{where}: lost {len(lost)}, such as {lost[:2]}")
            result.check(not wrong, f"{where}: {len(wrong)} rows differ, such as {_difference(expected, by_id, wrong)}")
            is_latest = summary.latest is not None and abs(summary.latest - latest) <= self.client.latest_within
            result.check(is_latest, f"{where}: max(created_at) is {summary.latest}, not {latest}")
            result.check(
                (summary.rows, summary.distinct_ids) == (len(stored), len(by_id)),
                f"{where}: the store counts {summary.rows} rows and {summary.distinct_ids} ids",
            )
            result.check(may_repeat or len(stored) == len(by_id), f"{where}: {len(stored) - len(by_id)} duplicates")
            sums = checksum(expected.values()), checksum(by_id.values())
            result.check(sums[0] == sums[1], f"{where}: the checksum is {sums[1]}, not {sums[0]}")
            result.checksums[stream] = sums[1]
            result.truth[stream] = truth
            result.stored += summary.rows
            result.distinct += summary.distinct_ids
            result.lost += len(lost)
        result.sent = len(self.sent_ids)
        result.resent = len(self.sent_ids) - len(set(self.sent_ids))
        result.duplicates = result.stored - result.distinct
        # What is stored twice was sent twice: a target may not make up rows.
        result.check(result.duplicates <= result.resent, f"{when}: {result.duplicates} duplicates of {result.resent}")

    def _expected(self, row: Json) -> Record:
        record = self.client.expected(row)
        if row["id"] in self.without_email:
            record.pop("__".join(EMAIL), None)
        return record

    def _write(self, name: str, content: object) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(content), "utf-8")


def _narrowed(catalog: Json) -> Json:
    """Without visits, and without the addresses of members."""
    narrow = copy.deepcopy(catalog)
    email = [part for name in EMAIL for part in ("properties", name)]
    for entry in narrow["streams"]:
        for item in entry["metadata"]:
            if item["breadcrumb"] == email or (entry["tap_stream_id"] == "visits" and item["breadcrumb"] == []):
                item["metadata"]["selected"] = False
    return narrow


def _difference(expected: dict[str, Record], stored: dict[str, Record], wrong: list[str]) -> str:
    if not wrong:
        return "none"
    key = wrong[0]
    want, have = expected.get(key, {}), stored[key]
    names = sorted(name for name in {*want, *have} if want.get(name) != have.get(name))
    return f"{key}: " + "; ".join(f"{name} {have.get(name)!r} for {want.get(name)!r}" for name in names[:3])
