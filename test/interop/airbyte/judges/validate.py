"""`pyab validate`: PyAirbyte's own check of a connector's command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from interop.sandbox import Sandbox
from judges.tools import Case, judge


@judge("validate", "airbyte")
def work(case: Case) -> None:
    with Sandbox("--events", "50", "--visits", "20") as sandbox:
        config = case.write("config.json", sandbox.settings)
        wrong = case.write("wrong.json", {**sandbox.settings, "api_token": "wrong-token-123"})
        case.outcome.equal(_validate(case), 0, "pyab validate")
        case.outcome.equal(_validate(case, "--config", str(config)), 0, "pyab validate --config")
        # It must be able to fail.
        case.outcome.check(_validate(case, "--config", str(wrong)) != 0, "pyab validate takes a wrong token for right")
    case.numbers["runs"] = "spec alone passes, with a check passes, with a wrong token fails"


def _validate(case: Case, *arguments: str) -> int:
    program = Path(sys.executable).with_name("pyab")
    command = [str(program), "validate", f"--connector={case.source}", *arguments]
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode


if __name__ == "__main__":
    work()
