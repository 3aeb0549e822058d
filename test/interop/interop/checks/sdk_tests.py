"""The Meltano SDK's standard tap tests, run by the SDK's own test classes on our executable."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from interop.environments import environment
from interop.outcome import Outcome
from interop.paths import DIST, SUITE
from interop.sandbox import Sandbox


def check(folder: Path) -> Outcome:
    outcome = Outcome("sdk-tests")
    with Sandbox("--events", "900", "--visits", "200") as sandbox:
        env = {
            **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            "INTEROP_TAP": str(DIST / "tap-circle.js"),
            "INTEROP_FOLDER": str(folder),
            "INTEROP_CONFIG": json.dumps(sandbox.settings),
        }
        command = [str(environment("singer-sdk").python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=SUITE / "sdk_tests", env=env, capture_output=True, text=True, check=False)
    passed = re.search(r"(\d+) passed", done.stdout)
    outcome.passed = int(passed.group(1)) if passed else 0
    if done.returncode != 0:
        outcome.misses.append(done.stdout[-3000:] + done.stderr[-500:])
    # Fewer would mean that the SDK made no tests of our columns.
    outcome.check(outcome.passed >= 95, f"only {outcome.passed} tests were run")
    return outcome
