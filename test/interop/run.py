#!/usr/bin/env python3
"""Runs the tap inside other people's programs and compares what arrives with the sandbox's own data.

    python3 test/interop/run.py [--only NAME[,NAME...]] [--update] [--keep]

Needs `npm run build` and Python 3.11. The first run makes virtual environments in .venv-interop from the pinned
requirements; later ones use them again. This file knows the standard library alone: it makes the environment that the
rest runs in.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from interop.environments import environment  # noqa: E402


def main() -> None:
    python = environment("harness").python
    env = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    os.execve(python, [str(python), "-m", "interop", *sys.argv[1:]], env)


if __name__ == "__main__":
    main()
