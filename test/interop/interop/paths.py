"""Where things are."""

from __future__ import annotations

import os
from pathlib import Path

SUITE = Path(__file__).resolve().parent.parent
ROOT = SUITE.parent.parent
REQUIREMENTS = SUITE / "requirements"
LAUNCHERS = SUITE / "launchers"
# INTEROP_ENVIRONMENTS: a folder that outlives the checkout, such as CI's cache.
ENVIRONMENTS = Path(os.environ.get("INTEROP_ENVIRONMENTS", ROOT / ".venv-interop")).resolve()
EXAMPLES = ROOT / "examples"
DOCS = ROOT / "docs"
# INTEROP_DIST: a build beside dist, where somebody else may be building at the same time.
DIST = ROOT / os.environ.get("INTEROP_DIST", "dist")
