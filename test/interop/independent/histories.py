#!/usr/bin/env python3
"""Whole histories of syncs against the independent API, by chance but repeatable: `histories.py TAP SEED COUNT`.

A history is a server with options of its own, and some syncs: each may be killed, signalled or fail, while rows are
added, deleted and become visible late. At the end nothing may be lost, and what came twice must have come behind the
last STATE of a run that did not end well.
"""

from __future__ import annotations

import random
import signal
import sys
import time
import traceback
from typing import Any

from api import NS, Answer, Api, Options, Request, Row, problem
from harness import Broken, Run, Tap, bookmark_of, check, instant

LOOKBACK = 600


def some_options(rng: random.Random) -> Options:
    pick = rng.choice
    o = Options()
    if rng.random() < 0.8:
        o.link = pick(["absolute", "relative", "path", "query", "opaque", "encoded", "bare", "lossy"])
        o.pin_base = rng.random() < 0.3
        o.last = pick(["absent", "null", "empty", "null_pagination", "no_pagination"])
    if rng.random() < 0.5:
        o.max_per_page = pick([5, 8, 9, 20, 50, 100, 100, 500])
    if rng.random() < 0.1:
        o.fixed_per_page = pick([5, 10, 25, 100])
    o.beyond_end = "empty" if rng.random() < 0.9 else pick(["404", "422"])
    o.created_format = pick(["us", "us", "ms", "s", "ns", "offset", "mixed", "space", "ms_up"])
    o.gt_precision = pick(["us", "us", "ms", "s"]) if o.created_format != "ns" else pick(["ns", "us"])
    o.gt_ignored = rng.random() < 0.05
    if rng.random() < 0.15:
        o.sort = pick(["latest", "id", "almost", "ms"])
    o.ties = pick(["id", "id", "insertion", "reverse"])
    o.events_param = pick(["brackets", "ignored", "after_paging"])
    if rng.random() < 0.15:
        o.hidden_ratio = pick([0.1, 0.5, 0.95])
    o.auth = pick(["any", "Bearer", "Token"])
    o.body = pick(["compact", "pretty", "crlf", "bom", "ascii", "pagination_first"])
    o.extra = rng.random() < 0.2
    o.framing = pick(["length", "chunked", "http10", "close"])
    o.header_case = pick(["title", "lower", "upper"])
    o.date = pick(["right", "right", "right", "behind", "missing"])
    o.compress = rng.random() < 0.2
    return o


class History:
    def __init__(self, executable: str, seed: int, verbose: bool = False) -> None:
        self.rng = random.Random(f"history {seed}")
        self.verbose = verbose
        self.options = some_options(self.rng)
        self.api = Api(self.options, seed)
        rng = self.rng
        config: dict[str, Any] = {
            "page_size": rng.choice([1, 2, 5, 7, 8, 9, 13, 30, 100, 500, 2000, 2000]),
            "max_concurrency": rng.choice([1, 2, 4, 4, 8]),
            "lookback_seconds": LOOKBACK,
            "validate_records": rng.choice(["off", "warn"]),
        }
        self.names: set[str] | None = None
        if rng.random() < 0.15:
            self.names = set(rng.sample(["post.liked", "spaces.left", "event.rsvp", "courses.completed", "no.such"], 3))
            config["event_names"] = sorted(self.names)
        self.tap = Tap(executable, self.api, config)
        self.catalog: Any = None
        self.state: dict[str, Any] | None = None
        self.sent: dict[str, int] = {}
        self.excused: set[str] = set()
        self.deleted: set[str] = set()
        self.all: dict[str, Row] = {}
        self.disturb: list[tuple[int, str]] = []
        self.log: list[str] = []
        self.is_running = False

    def note(self, text: str) -> None:
        self.log.append(text)
        if self.verbose:
            print("   ", text, flush=True)

    def add(self, created: int, stream: str, visible: int | None = None) -> Row:
        name = None
        if self.names and stream == "events" and self.rng.random() < 0.5:
            name = self.rng.choice(sorted(self.names))
        row = self.api.add(created, stream, name=name, visible=visible)
        self.all[row.id] = row
        return row

    def fill_start(self) -> None:
        rng, api = self.rng, self.api
        span = rng.choice([60, 3600, 30 * 86400]) * NS
        config_size = min(self.tap.config["page_size"], self.options.max_per_page, self.options.fixed_per_page or 2000)
        for stream in ("events", "visits"):
            count = rng.choice([0, 1, 2, 7, 40, 200, 200, 800]) if config_size > 5 else rng.choice([0, 1, 2, 7, 40, 90])
            ties = rng.choice([0, 0.3, 0.9, 0.99, 1.0])
            grain = rng.choice([1000, 1_000_000, NS])
            at = api.now() - span
            for index in range(count):
                if index == 0 or rng.random() >= ties:
                    at = api.now() - span + (span - NS) * index // count
                    at = at // grain * grain
                self.add(at, stream)

    def change(self, what: str) -> None:
        """Something happens to the data."""
        rng, api = self.rng, self.api
        stream = rng.choice(["events", "events", "visits"])
        rows = api.rows[stream]
        now = api.now()
        if what == "late":
            age = rng.randrange(0, (LOOKBACK - 60) * NS)
            row = self.add(now - age, stream)
        elif what == "later":
            # Becomes visible at some later time, inside the lookback.
            age = rng.randrange(0, 200 * NS)
            self.add(now - age, stream, visible=now + rng.randrange(0, 300 * NS))
        elif what == "new":
            for _ in range(rng.choice([1, 1, 3, 20])):
                self.add(now, stream)
        elif what == "tie" and rows:
            newest = max((row.created for row in rows), default=now)
            if now - newest < (LOOKBACK - 60) * NS:
                for _ in range(rng.choice([1, 3, 12])):
                    self.add(newest, stream)
        elif what == "delete" and rows:
            for _ in range(rng.choice([1, 1, 2, 9])):
                if not rows:
                    break
                row = rng.choice(rows[: max(1, len(rows) // rng.choice([1, 3]))])
                if api.remove(row):
                    self.deleted.add(row.id)

    def hook(self, request: Request) -> Answer | None:
        """Before each answer: a change now and then, or a fault."""
        rng = self.rng
        if not self.is_running:
            return None
        if self.change_rate and rng.random() < self.change_rate and len(self.disturb) < 60:
            what = rng.choice(["late", "new", "delete", "delete", "tie", "later"])
            self.disturb.append((request.number, what))
            self.change(what)
        if self.fault_rate and rng.random() < self.fault_rate:
            fault = rng.randrange(7)
            if fault == 0:
                return Answer(503, b"<html><title>Down</title></html>")
            if fault == 1:
                return Answer(429, b"slow down", [("Retry-After", "0")])
            if fault == 2:
                return Answer(200, b"{}")
            if fault == 3:
                answer = self.api.answer(request)
                answer.cut_after = rng.randrange(max(1, len(answer.body)))
                return answer
            if fault == 4:
                return Answer(raw=b"")
            if fault == 5:
                answer = self.api.answer(request)
                answer.hang = 0.05
                return answer
            return Answer(raw=b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"ev')
        if self.dead_from and request.number >= self.dead_from and request.stream == self.dead_stream:
            return problem(403, "no")
        return None

    change_rate = 0.0
    fault_rate = 0.0
    dead_from = 0
    dead_stream = "events"

    def sync(self, calm: bool) -> Run:
        rng = self.rng
        how: dict[str, Any] = {}
        self.change_rate = 0.0 if calm else rng.choice([0, 0, 0.05, 0.3])
        self.fault_rate = 0.0 if calm else rng.choice([0, 0, 0, 0.1])
        self.dead_from = 0
        # Chances to restart a walk are bounded: a server that always changes is not what is tested.
        if not calm:
            kind = rng.choice(["end", "end", "kill", "kill", "term", "int", "close", "dead"])
            size = rng.choice([1, 300, 5_000, 60_000, 400_000])
            place = rng.randrange(size) + rng.choice([0, 0, 40_000])
            if kind == "kill":
                how["kill_at"] = place
            elif kind == "term":
                how["signal_at"] = (place, signal.SIGTERM)
            elif kind == "int":
                how["signal_at"] = (place, signal.SIGINT)
            elif kind == "close":
                how["close_after"] = place
            elif kind == "dead":
                self.dead_from = len(self.api.requests) + rng.randrange(1, 12)
                self.dead_stream = rng.choice(["events", "visits"])
        else:
            kind = "calm"
        self.disturb = []
        started = self.api.now()
        self.is_running = True
        before = len(self.api.requests)
        try:
            run = self.tap.run(self.state, self.catalog, **how)
        finally:
            self.is_running = False
        self.note(
            f"sync {kind} {how} change={self.change_rate} fault={self.fault_rate}: exit {run.code}, "
            f"{len(run.records)} records, {len(self.api.requests) - before} requests, {len(self.disturb)} changes"
        )
        if kind in ("end", "calm"):
            check(run.code == 0, f"exit {run.code}: {run.err[-600:]}")
            check(not run.states or "bookmarks" in run.states[-1], "no STATE")
        if kind in ("term", "int"):
            number = how["signal_at"][1]
            check(run.code in (0, -number), f"{kind}: exit {run.code}: {run.err[-300:]}")
            if run.lines and any(line["type"] == "RECORD" for line in run.lines):
                check(run.lines[-1]["type"] == "STATE", f"{kind}: last line is {run.lines[-1]['type']}")
        if kind == "close" and run.code != 0:
            check(run.code == 1, f"closed pipe: exit {run.code}")
            wrong = [line for line in run.err_lines if not line.startswith(("WARNING", "INFO"))]
            check(len(wrong) == 1, f"closed pipe: {len(wrong)} lines on stderr: {wrong[:3]}")
        if kind == "dead":
            check(run.code in (0, 1), f"dead stream: exit {run.code}")
        self.take(run, kind)
        if run.code == 0:
            for stream in ("events", "visits"):
                self.check_bookmark(stream, started)
        return run

    def take(self, run: Run, kind: str) -> None:
        earlier = set(self.sent)
        for line in run.records:
            row_id = line["record"]["id"]
            row = self.all.get(row_id)
            check(row is not None, f"a row that the API never had: {row_id}")
            assert row is not None
            check(line["record"]["created_at"] == row.shown, "created_at is not the text that the API sent")
            if self.names and row.stream == "events":
                check(row.name in self.names, "a row of a name that was not asked for")
            if row_id in self.sent and row_id not in self.excused:
                where = "the same run" if row_id not in earlier else "an earlier run"
                raise Broken(f"{row.stream} row {row.shown} came twice; first in {where}")
            self.sent[row_id] = self.sent.get(row_id, 0) + 1
            self.excused.discard(row_id)
        behind = {line["record"]["id"] for line in run.after_last_state()}
        if run.code != 0:
            # Rows behind the last STATE may come again; so may those of a stream that failed.
            self.excused |= behind | self.uncovered(run)
        state = run.last_state
        if state is not None:
            for stream in ("events", "visits"):
                old, new = instant(bookmark_of(self.state, stream)), instant(bookmark_of(state, stream))
                check(old is None or (new is not None and new >= old), f"the bookmark of {stream} went back")
            self.state = state

    def uncovered(self, run: Run) -> set[str]:
        """Records behind the last STATE that says something new: the one repeated at the end covers no more."""
        found: set[str] = set()
        last: Any = None
        for line in run.lines:
            if line["type"] == "STATE":
                if line["value"] != last:
                    found = set()
                last = line["value"]
            elif line["type"] == "RECORD":
                found.add(line["record"]["id"])
        return found

    def check_bookmark(self, stream: str, started: int) -> None:
        skew = {"behind": -self.options.date_skew_seconds, "missing": -self.api.offset_ns / NS}.get(
            self.options.date, 0
        )
        ids = [i for i in self.sent if self.all[i].stream == stream]
        text = bookmark_of(self.state, stream)
        at = instant(text)
        limit = started + int(skew * NS)
        # A row that went before any STATE covered it was never part of what the bookmark tells.
        covered = [self.all[i] for i in ids if not (i in self.excused and i in self.deleted)]
        must = max((instant(row.shown) or 0 for row in covered if row.created < limit - 3 * NS), default=None)
        if must is not None:
            check(at is not None and at >= must, f"the bookmark of {stream}, {text}, is before the latest created_at")
        if at is not None:
            check(
                any(self.all[i].shown == text for i in ids),
                f"the bookmark of {stream}, {text}, is of no row that was sent",
            )

    def play(self) -> None:
        api, rng = self.api, self.rng
        try:
            self.fill_start()
            api.hook = self.hook
            for _ in range(rng.choice([1, 2, 3, 4])):
                self.sync(calm=False)
                if rng.random() < 0.6:
                    api.advance(rng.choice([1, 100, 590, 610, 7200]))
                for _ in range(rng.choice([0, 1, 3])):
                    self.change(rng.choice(["late", "new", "tie", "delete", "later"]))
            # Everything becomes visible, within its lookback; then two calm syncs.
            self.sync(calm=True)
            api.advance(305)
            self.sync(calm=True)
            last = self.sync(calm=True)
            check(len(last.records) == 0, f"nothing new, yet {len(last.records)} records")
            self.finish()
        finally:
            api.close()
            self.tap.__exit__()

    def finish(self) -> None:
        for stream in ("events", "visits"):
            wanted = {
                row.id
                for row in self.api.visible(stream)
                if not (self.names and stream == "events" and row.name not in self.names)
            }
            lost = wanted - set(self.sent)
            if lost:
                some = sorted(self.all[i].shown for i in lost)[:5]
                raise Broken(f"{len(lost)} rows of {stream} lost, as {some}")


def main() -> int:
    executable, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    verbose = len(sys.argv) > 4
    failed = runs = rows = again = 0
    began = time.monotonic()
    for number in range(seed, seed + count):
        history = History(executable, number, verbose)
        try:
            history.play()
        except Broken as error:
            failed += 1
            print(f"seed {number}: {error}")
            print(f"   {changed(history.options)}")
            print(f"   { ({k: v for k, v in history.tap.config.items() if k not in ('base_url', 'api_token')}) }")
            for line in history.log:
                print(f"   {line}")
            sys.stdout.flush()
        except Exception:
            failed += 1
            print(f"seed {number}: the harness failed")
            traceback.print_exc()
        runs += len(history.log)
        rows += len(history.sent)
        again += sum(history.sent.values()) - len(history.sent)
    print(f"{runs} runs, {rows} rows sent, {again} of them again behind the last STATE of a run that was cut off")
    print(f"{count} histories from seed {seed}, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def changed(options: Options) -> dict[str, Any]:
    plain = Options()
    return {key: value for key, value in vars(options).items() if value != getattr(plain, key)}


if __name__ == "__main__":
    sys.exit(main())
