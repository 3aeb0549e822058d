"""Every target through the whole scenario; prints the table of what arrived."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from interop.checks import docs
from interop.clients.base import Client
from interop.clients.duck import TargetDuckdb
from interop.clients.files import TargetCsv, TargetJsonl
from interop.clients.postgres import Datamill, MeltanoLabs, MeltanoLabsFlattened, PipelineWise
from interop.clients.sqlite import SdkSqlite, TargetSqlite
from interop.outcome import Outcome
from interop.postgres import Database
from interop.sandbox import Sandbox
from interop.scenario import SANDBOX, Result, Scenario

HEAD = ("client", "version", "sent", "stored", "distinct", "lost", "duplicates", "sent twice", "seconds", "checksum")


def check(folder: Path, database: Database | None) -> Outcome:
    outcome = Outcome("targets")
    makers: list[Callable[[Path], Client]] = [SdkSqlite]
    if database is not None:
        of_database = (MeltanoLabs, MeltanoLabsFlattened, Datamill, PipelineWise)
        makers += [partial(make, database=database) for make in of_database]
    makers += [TargetCsv, TargetSqlite, TargetJsonl, TargetDuckdb]
    clients = []
    for number, make in enumerate(makers):
        (folder / str(number)).mkdir()
        clients.append(make(folder / str(number)))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(_run, clients))
    for result in results:
        outcome.passed += result.passed
        outcome.misses += [f"{result.client}: {miss}" for miss in result.misses]
    print(_table(results), flush=True)
    if database is not None and not outcome.misses:
        docs.check_types(outcome, clients)
        docs.check_questions(outcome, clients, {result.client: result.truth for result in results})
    return outcome


def _run(client: Client) -> Result:
    with Sandbox(*SANDBOX) as sandbox:
        scenario = Scenario(client, sandbox)
        try:
            return scenario.run()
        except Exception as error:
            # A target that breaks is a miss like another; the rest go on.
            scenario.result.misses.append(f"broke: {error}")
            return scenario.result


def _table(results: list[Result]) -> str:
    rows = [HEAD] + [
        (
            result.client,
            result.version,
            str(result.sent),
            str(result.stored),
            str(result.distinct),
            str(result.lost),
            str(result.duplicates),
            str(result.resent),
            f"{result.seconds:.0f}",
            result.checksums.get("events", "none"),
        )
        for result in results
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["", *lines, ""])
