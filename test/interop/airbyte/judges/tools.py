"""What the judges share."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from interop.outcome import Outcome

Json = dict[str, Any]


class Case:
    """One judge at work: what holds, the numbers to print, and a folder for its files."""

    def __init__(self, name: str, *packages: str) -> None:
        self.name = name
        self.source = Path(sys.argv[1])
        self.report = Path(sys.argv[2])
        self.folder = self.report.parent
        self.outcome = Outcome(name)
        self.numbers: dict[str, object] = {}
        self.version = ", ".join(f"{package} {version(package)}" for package in packages)

    def write(self, name: str, content: object) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(content), "utf-8")
        return path

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs the source itself."""
        command = [str(self.source), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def close(self) -> None:
        content = {
            "judge": self.name,
            "version": self.version,
            "passed": self.outcome.passed,
            "misses": self.outcome.misses,
            "numbers": self.numbers,
        }
        self.report.write_text(json.dumps(content), "utf-8")


def judge(name: str, *packages: str) -> Callable[[Callable[[Case], None]], Callable[[], None]]:
    """Makes a function the judge of its module. Called, it writes its report, also where it breaks."""

    def make(work: Callable[[Case], None]) -> Callable[[], None]:
        def run() -> None:
            case = Case(name, *packages)
            try:
                work(case)
            except Exception as error:
                case.outcome.check(False, f"{type(error).__name__}: {str(error)[:600]}")
                raise
            finally:
                case.close()

        return run

    return make


def configured(catalog: Json, mode: str) -> Json:
    """A configured catalog of all streams."""
    return {
        "streams": [
            {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append"} for stream in catalog["streams"]
        ]
    }
