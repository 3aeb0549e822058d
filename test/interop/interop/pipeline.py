"""`tap | target` by real pipes, with what went through kept on the side, and with kills."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interop.paths import DIST

PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Kill:
    """SIGKILL once so many records have gone through: to the tap alone, or to all at once."""

    after_records: int
    whole_pipe: bool


@dataclass(frozen=True)
class Ran:
    """What a run did."""

    capture: Path
    state: dict[str, Any] | None
    tap_code: int
    target_code: int
    seconds: float
    stderr: str

    def messages(self) -> list[dict[str, Any]]:
        """Every whole message that went through."""
        return [json.loads(line) for line in _whole_lines(self.capture)]

    def records(self, stream: str | None = None) -> list[dict[str, Any]]:
        return [
            message["record"]
            for message in self.messages()
            if message["type"] == "RECORD" and stream in {None, message["stream"]}
        ]


def tap_command(*arguments: str) -> list[str]:
    return ["node", str(DIST / "tap-circle.js"), *arguments]


def run_pipe(tap: list[str], target: list[str], folder: Path, name: str, kill: Kill | None = None) -> Ran:
    """Runs both, in `folder`. The target's standard output is where it echoes the states that are safe."""
    capture, states, errors = (folder / f"{name}.{ending}" for ending in ("messages", "states", "stderr"))
    started = time.monotonic()
    with open(states, "wb") as states_file, open(errors, "wb") as errors_file:
        source = subprocess.Popen(tap, cwd=folder, stdout=subprocess.PIPE, stderr=errors_file)
        copy = subprocess.Popen(["tee", str(capture)], stdin=source.stdout, stdout=subprocess.PIPE)
        sink = subprocess.Popen(target, cwd=folder, stdin=copy.stdout, stdout=states_file, stderr=errors_file)
        for pipe in (source.stdout, copy.stdout):
            assert pipe is not None
            pipe.close()  # The other end is with the next process; held here too, no one would see it break.
        if kill is not None:
            _strike(kill, capture, source, [source, copy, sink])
        for process in (source, copy, sink):
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                for each in (source, copy, sink):
                    each.kill()
                raise
    seconds = time.monotonic() - started
    stderr = errors.read_text("utf-8", "replace")
    return Ran(capture, _last_state(states), source.returncode, sink.returncode, seconds, stderr)


def _strike(
    kill: Kill, capture: Path, source: subprocess.Popen[bytes], everyone: list[subprocess.Popen[bytes]]
) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not capture.exists() or capture.read_bytes().count(b'{"type":"RECORD"') < kill.after_records:
        if source.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the run was over before {kill.after_records} records had gone through")
        time.sleep(0.005)
    for process in everyone if kill.whole_pipe else [source]:
        process.send_signal(signal.SIGKILL)


def _whole_lines(path: Path) -> list[bytes]:
    lines = path.read_bytes().split(b"\n")
    return lines[:-1]


def _last_state(path: Path) -> dict[str, Any] | None:
    """The last line that is whole: a kill may have cut the one behind it."""
    for line in reversed(path.read_bytes().split(b"\n")):
        try:
            state = json.loads(line)
        except ValueError:
            continue
        if isinstance(state, dict):
            return state
    return None
