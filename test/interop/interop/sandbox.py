"""A circle-sandbox process, and its control over HTTP."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from types import TracebackType
from typing import Any

from interop.paths import DIST, ROOT

Json = dict[str, Any]
STREAMS = ("events", "visits")


class Sandbox:
    """Runs from construction on, until it is closed."""

    def __init__(self, *flags: str) -> None:
        command = ["node", str(DIST / "circle-sandbox.js"), "--port", "0", *flags]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(command)} did not start; was it built?")
        started = json.loads(line)
        self.url: str = started["url"]
        self.token: str = started["token"]

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def settings(self) -> Json:
        """What the tap needs to reach it."""
        return {"base_url": self.url, "api_token": self.token}

    def rows(self, stream: str) -> list[Json]:
        """The ground truth: every visible row, oldest first."""
        text = self._ask("GET", f"/sandbox/rows?stream={stream}").decode()
        return [json.loads(line) for line in text.splitlines()]

    def add(self, stream: str, **what: Any) -> list[str]:
        """Adds rows and answers their ids; `docs/sandbox.md` says what can be given."""
        ids: list[str] = json.loads(self._ask("POST", "/sandbox/rows", {"stream": stream, **what}))["ids"]
        return ids

    def faults(self, *rules: Json) -> None:
        self._ask("POST", "/sandbox/faults", list(rules))

    def _ask(self, method: str, path: str, body: object = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            content: bytes = answer.read()
            return content
