"""Our executables under their names, as after `npm install --global`."""

from __future__ import annotations

import json
from pathlib import Path

from interop.paths import DIST, ROOT


def install(folder: Path) -> Path:
    """A folder for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    names = json.loads((ROOT / "package.json").read_text("utf-8"))["bin"]
    for name in names:
        write_program(folder / name, f'exec node "{DIST / name}.js" "$@"')
    return folder


def write_program(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    path.chmod(0o755)
    return path
