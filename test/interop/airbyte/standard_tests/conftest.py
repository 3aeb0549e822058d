"""
Lets airbyte-cdk's standard tests drive an executable. They are made for a connector class in this process, and run it
by one function, with the arguments of a command line: here that function runs the executable with these.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

from airbyte_cdk.test import entrypoint_wrapper

pytest_plugins = ["airbyte_cdk.test.standard_tests.pytest_hooks"]


def _run_executable(source: Any, args: list[str], *_: Any, **__: Any) -> entrypoint_wrapper.EntrypointOutput:
    command = [os.environ["CONNECTOR"], *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    output = entrypoint_wrapper.EntrypointOutput(
        messages=done.stdout.split("\n")[:-1], stderr=done.stderr, command=command
    )
    # What the suite itself does not look at: the exit code agrees with the messages, and stderr is empty.
    assert (done.returncode == 0) == (not output.errors), f"exit code {done.returncode}, {len(output.errors)} errors"
    assert done.stderr == "", done.stderr
    return output


entrypoint_wrapper._run_command = _run_executable
