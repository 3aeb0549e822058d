"""Runs the checks, prints what they found, and ends with 1 where anything was missed or left out."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from interop.checks import docs, examples, flattening, hashing, logs, meltano, messages, sdk_tests, sources, targets
from interop.outcome import Outcome
from interop.postgres import Database, database

Check = Callable[[Path, Database | None], Outcome]

# The long ones first: two run at a time.
CHECKS: dict[str, Check] = {
    "targets": targets.check,
    "meltano": meltano.check,
    "docs": docs.check,
    "examples": examples.check,
    "sdk-tests": lambda folder, _: sdk_tests.check(folder),
    "flattening": lambda folder, _: flattening.check(folder),
    "hashing": lambda folder, _: hashing.check(folder),
    "messages": lambda folder, _: messages.check(folder),
    "logs": lambda folder, _: logs.check(folder),
    "sources": lambda folder, _: sources.check(folder),
}
NEED_POSTGRES = {"targets", "meltano", "docs", "examples"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    parser.add_argument("--only", help=f"some of {', '.join(CHECKS)}, with commas between")
    parser.add_argument("--keep", action="store_true", help="leave the folder of the run behind")
    parser.add_argument("--update", action="store_true", help="write the measured tables into docs/")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",") if arguments.only else list(CHECKS)
    docs.update = arguments.update
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="tap-circle-interop-"))
    with database() as found, ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(_run, name, folder, found) for name in chosen]
        outcomes = [future.result() for future in futures]
    left_out = found is None and any(name in NEED_POSTGRES for name in chosen)
    if not arguments.keep:
        _remove(folder)
    return _report(outcomes, left_out, time.monotonic() - started)


def _run(name: str, folder: Path, found: Database | None) -> Outcome:
    started = time.monotonic()
    own = folder / name
    own.mkdir()
    try:
        outcome = CHECKS[name](own, found)
    except Exception:  # One check that breaks does not hide what the others found.
        outcome = Outcome(name, misses=[traceback.format_exc()])
    verdict = "ok" if not outcome.misses else f"{len(outcome.misses)} MISSED"
    print(f"{name}: {outcome.passed} held, {verdict}, {time.monotonic() - started:.0f} s", flush=True)
    return outcome


def _report(outcomes: list[Outcome], left_out: bool, seconds: float) -> int:
    for outcome in outcomes:
        for miss in outcome.misses:
            print(f"\nMISSED {outcome.name}: {miss}")
    failed = sum(len(outcome.misses) for outcome in outcomes)
    if left_out:
        print(
            "\nNOT COMPLETE: there is no PostgreSQL here, nor programs to start one. Install postgresql, or set PGHOST."
        )
        failed += 1
    print(f"\ninterop took {seconds:.0f} s")
    print(f"interop: {sum(outcome.passed for outcome in outcomes)} passed, {failed} failed")
    return 1 if failed else 0


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
    folder.rmdir()


if __name__ == "__main__":
    sys.exit(main())
