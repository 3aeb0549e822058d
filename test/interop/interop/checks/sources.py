"""The suite's own code, by the type checker and the linter."""

from __future__ import annotations

import subprocess
from pathlib import Path

from interop.environments import environment
from interop.outcome import Outcome
from interop.paths import SUITE


def check(folder: Path) -> Outcome:
    outcome = Outcome("sources")
    harness = environment("harness")
    config = str(SUITE / "pyproject.toml")
    # What else is in this folder has its own owner and its own checks.
    ours = ["interop", "launchers", "sdk_tests", "run.py"]
    for command in (
        [harness.program("mypy"), f"--config-file={config}", f"--cache-dir={folder}", "interop", "run.py"],
        [harness.program("ruff"), "check", "--no-cache", f"--config={config}", *ours],
        [harness.program("ruff"), "format", "--no-cache", "--check", f"--config={config}", *ours],
    ):
        done = subprocess.run(command, cwd=SUITE, capture_output=True, text=True, check=False)
        outcome.check(done.returncode == 0, f"{Path(command[0]).name}: {done.stdout[-2000:]}{done.stderr[-500:]}")
    return outcome
