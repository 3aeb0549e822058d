"""Virtual environments with pinned packages, one for each program, since their requirements contradict each other."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from interop.paths import ENVIRONMENTS, REQUIREMENTS

# pip takes minutes for what uv does in seconds.
UV = "uv==0.13.9"
STAMP = ".requirements-hash"


@dataclass(frozen=True)
class Environment:
    """A virtual environment that has everything its requirements name."""

    path: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    def program(self, name: str) -> str:
        return str(self.path / "bin" / name)

    def version(self, package: str) -> str:
        """The installed version of a package."""
        code = f"from importlib.metadata import version; print(version({package!r}))"
        return _output([str(self.python), "-c", code]).strip()


def environment(name: str) -> Environment:
    """Makes the environment of `requirements/NAME.txt`, or takes it as it is where it was made of the same."""
    pins = (REQUIREMENTS / f"{name}.txt").read_text("utf-8")
    with _locked(name):
        return _made(name, pins, lambda path: _install(path, pins))


def _made(name: str, pins: str, install: Callable[[Path], None]) -> Environment:
    path = ENVIRONMENTS / name
    key = hashlib.sha256(f"{sys.version}\n{UV}\n{pins}".encode()).hexdigest()
    stamp = path / STAMP
    if not stamp.exists() or stamp.read_text("utf-8") != key:
        print(f"interop: making the environment {name}", file=sys.stderr, flush=True)
        shutil.rmtree(path, ignore_errors=True)
        install(path)
        # Last: an install that was cut off is made anew.
        stamp.write_text(key, "utf-8")
    return Environment(path)


def _install(path: Path, pins: str) -> None:
    with _locked("uv"):
        uv = _made("uv", UV, _install_uv).program("uv")
    _output([uv, "venv", "--quiet", "--python", sys.executable, str(path)])
    names = [line for line in pins.splitlines() if line and not line.startswith("#")]
    # The pins are complete. Without a look at what packages ask for, old ones can have newer parts than they knew of.
    _output([uv, "pip", "install", "--quiet", "--no-deps", "--python", str(path / "bin" / "python"), *names])


def _install_uv(path: Path) -> None:
    _output([sys.executable, "-m", "venv", str(path)])
    _output([str(path / "bin" / "python"), "-m", "pip", "install", "--quiet", UV])


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Two runs at once make an environment once."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    with open(ENVIRONMENTS / f".{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _output(command: list[str]) -> str:
    # An environment that this runs in is not the one that is made.
    env = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    if done.returncode != 0:
        raise SystemExit(f"interop: {' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return done.stdout
