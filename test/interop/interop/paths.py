"""Where things are."""

from __future__ import annotations

import os
from pathlib import Path

SUITE = Path(__file__).resolve().parent.parent
ROOT = SUITE.parent.parent
REQUIREMENTS = SUITE / "requirements"
LAUNCHERS = SUITE / "launchers"
ENVIRONMENTS = ROOT / ".venv-interop"
EXAMPLES = ROOT / "examples"
DOCS = ROOT / "docs"
# INTEROP_DIST: a build beside dist, where somebody else may be building at the same time.
DIST = ROOT / os.environ.get("INTEROP_DIST", "dist")
