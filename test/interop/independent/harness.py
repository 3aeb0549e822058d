"""Runs the tap as other programs do, and reads what it prints as a Singer target that trusts nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api import Api, read_time

TYPES = {"SCHEMA", "RECORD", "STATE", "ACTIVATE_VERSION", "BATCH"}


class Broken(AssertionError):
    """A promise does not hold."""


def check(holds: object, says: str) -> None:
    if not holds:
        raise Broken(says)


@dataclass
class Run:
    """What one process did."""

    code: int
    """Exit code; minus the signal's number where it died by one."""
    out: bytes
    err: str
    seconds: float
    lines: list[dict[str, Any]] = field(default_factory=list)
    tail: bytes = b""
    """What stands behind the last line feed."""

    @property
    def records(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == "RECORD"]

    def ids(self, stream: str | None = None) -> list[str]:
        return [r["record"]["id"] for r in self.records if stream is None or r["stream"] == stream]

    @property
    def states(self) -> list[dict[str, Any]]:
        return [line["value"] for line in self.lines if line["type"] == "STATE"]

    @property
    def last_state(self) -> dict[str, Any] | None:
        states = self.states
        return states[-1] if states else None

    @property
    def err_lines(self) -> list[str]:
        return [line for line in self.err.split("\n") if line]

    def after_last_state(self) -> list[dict[str, Any]]:
        """Records that no whole STATE covers."""
        behind: list[dict[str, Any]] = []
        for line in self.lines:
            if line["type"] == "STATE":
                behind = []
            elif line["type"] == "RECORD":
                behind.append(line)
        return behind


def parse_out(out: bytes, is_whole: bool) -> tuple[list[dict[str, Any]], bytes]:
    """Checks every whole line: one JSON object of a Singer type, UTF-8, SCHEMA before RECORD."""
    *whole, tail = out.split(b"\n")
    if is_whole:
        check(tail == b"", f"stdout does not end with a line feed: {tail[-80:]!r}")
    lines: list[dict[str, Any]] = []
    known: set[str] = set()
    for raw in whole:
        check(raw.strip() != b"", "a blank line on stdout")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Broken(f"stdout is not UTF-8: {error}") from None
        check(len(text.splitlines()) == 1, f"a line that some readers split: {text[:200]!r}")
        check("\0" not in text and "\\u0000" not in text.replace("\\\\", ""), "a NUL on stdout")
        try:
            line = json.loads(text)
        except (ValueError, RecursionError) as error:
            if isinstance(error, RecursionError):
                line = {"type": "RECORD", "stream": "events", "record": {"id": "too deep for Python", "created_at": ""}}
            else:
                raise Broken(f"stdout has a line that is no JSON ({error}): {text[:200]!r}") from None
        check(isinstance(line, dict) and line.get("type") in TYPES, f"not a Singer message: {text[:200]}")
        if line["type"] == "SCHEMA":
            check(isinstance(line.get("schema"), dict) and line.get("key_properties") == ["id"], "SCHEMA is odd")
            known.add(line["stream"])
        elif line["type"] == "RECORD":
            check(line["stream"] in known, "RECORD before its SCHEMA")
            check(isinstance(line["record"], dict), "RECORD without a record")
            json.dumps(line).encode("utf-8")
        elif line["type"] == "STATE":
            check(isinstance(line.get("value"), dict), "STATE without a value")
            check(isinstance(line["value"].get("bookmarks", {}), dict), "STATE whose bookmarks are no object")
        lines.append(line)
    return lines, tail


class Tap:
    """The tap with one configuration, against one server."""

    def __init__(self, executable: str, api: Api | None, config: dict[str, Any] | None = None) -> None:
        program = str(Path(executable).resolve())
        self.command = [os.environ.get("NODE", "node"), program] if program.endswith(".js") else [program]
        self.folder = Path(tempfile.mkdtemp(prefix="independent-"))
        self.config: dict[str, Any] = {"requests_per_minute": 0, "max_retry_seconds": 20, "request_timeout_seconds": 10}
        if api is not None:
            self.config |= {"base_url": api.origin, "api_token": api.options.token}
        self.config |= config or {}
        self.env: dict[str, str] = {}
        self.api = api

    def __enter__(self) -> Tap:
        return self

    def __exit__(self, *_: Any) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def file(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def arguments(self, state: Any, catalog: Any, extra: list[str]) -> list[str]:
        argv = [*self.command, "--config", self.file("config.json", self.config)]
        if catalog is not None:
            argv += ["--catalog", self.file("catalog.json", catalog)]
        if state is not None:
            argv += ["--state", self.file("state.json", state)]
        return argv + extra

    def start(
        self, state: Any = None, catalog: Any = None, extra: list[str] | None = None, **more: Any
    ) -> subprocess.Popen[bytes]:
        env = {key: value for key, value in os.environ.items() if not key.startswith("TAP_CIRCLE_")} | self.env
        return subprocess.Popen(
            self.arguments(state, catalog, extra or []),
            stdout=more.get("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            env=env,
            cwd=self.folder,
        )

    def run(
        self,
        state: Any = None,
        catalog: Any = None,
        extra: list[str] | None = None,
        timeout: float = 120,
        kill_at: int | None = None,
        signal_at: tuple[int, int] | None = None,
        close_after: int | None = None,
        pause_at: tuple[int, float] | None = None,
        parse: bool = True,
    ) -> Run:
        """Runs to the end; or SIGKILL when so many bytes were read, or (bytes, signal), or closes the pipe then."""
        began = time.monotonic()
        process = self.start(state, catalog, extra)
        assert process.stdout is not None and process.stderr is not None
        err: list[bytes] = []
        stderr = process.stderr
        reader = threading.Thread(target=lambda: err.append(stderr.read()), daemon=True)
        reader.start()
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        out = bytearray()
        fd = process.stdout.fileno()
        is_killed = False
        try:
            while True:
                size = 65536
                if kill_at is not None:
                    size = max(1, min(size, kill_at - len(out)))
                if close_after is not None:
                    size = max(1, min(size, close_after - len(out)))
                if close_after is not None and len(out) >= close_after:
                    process.stdout.close()
                    break
                if kill_at is not None and len(out) >= kill_at:
                    process.send_signal(signal.SIGKILL)
                    is_killed = True
                    # What is in the pipe reached it: a reader gets that, too.
                chunk = os.read(fd, size)
                if not chunk:
                    break
                out += chunk
                if is_killed:
                    kill_at = None
                if signal_at is not None and len(out) >= signal_at[0]:
                    process.send_signal(signal_at[1])
                    signal_at = None
                if pause_at is not None and len(out) >= pause_at[0]:
                    time.sleep(pause_at[1])
                    pause_at = None
            code = process.wait()
        finally:
            is_timed_out = not timer.is_alive()
            timer.cancel()
        reader.join(10)
        if not process.stdout.closed:
            process.stdout.close()
        check(not is_timed_out, f"hangs: not at its end after {timeout} s; stderr: {b''.join(err)[-300:]!r}")
        run = Run(code, bytes(out), b"".join(err).decode("utf-8", "replace"), time.monotonic() - began)
        if parse:
            is_whole = (code >= 0 and close_after is None) or code in (-signal.SIGTERM, -signal.SIGINT)
            run.lines, run.tail = parse_out(run.out, is_whole)
        token = self.config.get("api_token")
        if isinstance(token, str) and len(token) > 7:
            check(token not in run.err, "the token stands in stderr")
            check(token.encode() not in run.out or not parse, "the token stands in stdout")
        check(not re.search(r"\n\s+at .*:\d+:\d+", run.err), f"a stack on stderr: {run.err[:300]}")
        check("Unexpected error" not in run.err, f"an unexpected error: {run.err[:400]}")
        return run


def bookmark_of(state: dict[str, Any] | None, stream: str) -> str | None:
    found = ((state or {}).get("bookmarks") or {}).get(stream) or {}
    value = found.get("replication_key_value")
    return value if isinstance(value, str) else None


def instant(text: str | None) -> int | None:
    return None if text is None else read_time(text)
