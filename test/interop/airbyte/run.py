#!/usr/bin/env python3
"""Runs the Airbyte source inside other people's programs, and prints what each of them says.

    python3 test/interop/airbyte/run.py [--only NAME[,NAME...]]

Needs `npm run build` and Python 3.11. The first run makes virtual environments in .venv-interop from the pinned
requirements; nothing else asks the network. INTEROP_DIST names another folder than dist to take the executables from.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from interop.environments import environment  # noqa: E402
from interop.paths import DIST  # noqa: E402

# Each judge is a module of `judges`, and runs in the environment of this name.
JUDGES = {
    "protocol": "airbyte",
    "validate": "airbyte",
    "standard": "airbyte",
    "pyairbyte": "airbyte",
    "serverless": "airbyte-serverless",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(JUDGES), help="judges, with commas between")
    names = parser.parse_args().only.split(",")
    unknown = [name for name in names if name not in JUDGES]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; the judges are {', '.join(JUDGES)}")
    reports = [ask(name) for name in names]
    print()
    print_table(reports)
    return 1 if any(report["misses"] for report in reports) else 0


def ask(name: str) -> dict[str, Any]:
    """Runs one judge in a folder of its own. Its words go to our stderr, its report comes back."""
    with tempfile.TemporaryDirectory(prefix="interop-airbyte-") as folder:
        source = Path(folder) / "source-circle"
        source.symlink_to(DIST / "source-circle.js")
        report = Path(folder) / "report.json"
        env = {
            **os.environ,
            "HOME": folder,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
            "AIRBYTE_OFFLINE_MODE": "1",
            "DO_NOT_TRACK": "1",
            "AIRBYTE_LOGGING_ROOT": str(Path(folder) / "logs"),
            # Whatever tries to call home all the same finds nobody.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        print(f"--- {name}", file=sys.stderr, flush=True)
        command = [str(environment(JUDGES[name]).python), "-m", f"judges.{name}", str(source), str(report)]
        done = subprocess.run(command, env=env, cwd=folder, stdout=sys.stderr, check=False)
        if not report.exists():
            miss = f"it ended with {done.returncode} and without a report"
            return {"judge": name, "version": "?", "passed": 0, "misses": [miss], "numbers": {}}
        found: dict[str, Any] = json.loads(report.read_text("utf-8"))
        return found


def print_table(reports: list[dict[str, Any]]) -> None:
    print(f"{'judge':<11} {'program':<42} {'held':>5} {'failed':>6}")
    for report in reports:
        version, passed, misses = report["version"], report["passed"], report["misses"]
        print(f"{report['judge']:<11} {version:<42} {passed:>5} {len(misses):>6}")
    for report in reports:
        for what, number in report["numbers"].items():
            print(f"{report['judge']:<11} {what}: {number}")
    for report in reports:
        for miss in report["misses"]:
            print(f"FAILED {report['judge']}: {miss}")


if __name__ == "__main__":
    sys.exit(main())
