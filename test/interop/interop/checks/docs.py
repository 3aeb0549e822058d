"""docs/: every command of the pages that are ours is run, every table that was measured is measured again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from interop.checks.questions import QUESTIONS
from interop.clients.base import Client
from interop.environments import environment
from interop.outcome import Outcome
from interop.paths import DOCS, ENVIRONMENTS, EXAMPLES
from interop.postgres import Database
from interop.programs import install
from interop.records import Record
from interop.sandbox import Json, Sandbox

# Pages whose `sh` blocks are run, each page as one script in a folder of its own. `sh not-run` blocks are not.
PAGES = ("singer-targets.md", "shell.md", "meltano.md", "shaping.md")
NEED_POSTGRES = {"singer-targets.md"}
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPES = re.compile(r"(<!-- measured: types -->\n)(.*?)(<!-- end -->)", re.DOTALL)
# One column for each of our types.
COLUMNS = {
    "id": "string, the key",
    "created_at": "date-time",
    "version": "string",
    "payload": "object",
    "payload__initiator__id": "integer",
    "payload__initiator__email": "string",
    "payload__initiator__is_admin": "boolean",
    "payload__posts_event__published_at": "date-time",
    "payload__recurring_event_setting": "object without known fields",
}

update = False


def check(folder: Path, database: Database | None) -> Outcome:
    outcome = Outcome("docs")
    programs = install(folder / "bin")
    for page in PAGES:
        if database is not None or page not in NEED_POSTGRES:
            _run_page(outcome, folder / page, programs, page, database)
    return outcome


def _run_page(outcome: Outcome, folder: Path, programs: Path, page: str, database: Database | None) -> None:
    text = (DOCS / page).read_text("utf-8")
    blocks = [body for language, note, body in FENCE.findall(text) if language == "sh" and "not-run" not in note]
    outcome.check(bool(blocks), f"{page}: nothing to run")
    folder.mkdir()
    shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns(".meltano", "output"))
    with Sandbox("--events", "300", "--visits", "100") as sandbox:
        script = "set -euo pipefail\n" + _with_values("\n".join(blocks), sandbox, database)
        env = {
            **{key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}},
            "PATH": f"{folder / 'tools'}:{programs}:{_program_folders()}:{os.environ['PATH']}",
            "TAP_CIRCLE_BASE_URL": sandbox.url,
            "UV_TOOL_DIR": str(folder / "uv-tools"),
            "UV_TOOL_BIN_DIR": str(folder / "tools"),
        }
        done = subprocess.run(
            ["bash", "-x", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
        )
    outcome.check(done.returncode == 0, f"{page}: {done.stdout[-500:]}\n{done.stderr[-2500:]}")


def _program_folders() -> str:
    return ":".join([str(ENVIRONMENTS / "uv" / "bin"), str(Path(environment("meltano").program("meltano")).parent)])


def _with_values(script: str, sandbox: Sandbox, database: Database | None) -> str:
    """What stands for the reader's own values, replaced by those of here."""
    script = script.replace('"api_token": "YOUR_TOKEN"', f'"api_token": "{sandbox.token}", "base_url": "{sandbox.url}"')
    script = script.replace("YOUR_TOKEN", sandbox.token)
    if database is not None:
        server = database.server
        script = script.replace('"host": "localhost"', f'"host": "{server.host}", "port": {server.port}')
        script = script.replace('"user": "circle"', f'"user": "{server.user}"')
        script = script.replace('"password": "circle"', f'"password": "{server.password}"')
        script = script.replace('"database": "circle"', f'"database": "{database.name}"')
        script = script.replace('"dbname": "circle"', f'"dbname": "{database.name}"')
        script = script.replace(
            "psql circle",
            f"PGPASSWORD='{server.password}' psql -h {server.host} -p {server.port} -U {server.user} {database.name}",
        )
    return script


def check_types(outcome: Outcome, clients: Sequence[Client]) -> None:
    """The table of column types in docs/sql.md."""
    path = DOCS / "sql.md"
    text = path.read_text("utf-8")
    kinds = ("-json", "-flat")
    made = "\n\n".join(
        _type_table([client for client in clients if client.dialect is not None and client.dialect.endswith(kind)])
        for kind in kinds
    )
    committed = TYPES.search(text)
    if update:
        path.write_text(TYPES.sub(lambda found: f"{found.group(1)}\n{made}\n\n{found.group(3)}", text), "utf-8")
    elif committed is None or _cells(committed.group(2)) != _cells(made):
        outcome.check(False, f"docs/sql.md: column types are not these (--update writes them):\n{made}")
    else:
        outcome.check(True, "")


def check_questions(outcome: Outcome, clients: Sequence[Client], truth: Mapping[str, Mapping[str, list[Json]]]) -> None:
    """Every SQL of docs/sql.md in every store that it is for, against what the sandbox's rows say."""
    asked = _questions((DOCS / "sql.md").read_text("utf-8"))
    outcome.equal(list(asked), list(QUESTIONS), "docs/sql.md: headings with SQL")
    for client in clients:
        if client.dialect is None:
            continue
        rows: dict[str, list[Record]] = {
            stream: [client.expected(row) for row in found] for stream, found in truth[client.name].items()
        }
        for heading, by_dialect in asked.items():
            what = f"{heading} in {client.name}"
            if not outcome.check(client.dialect in by_dialect, f"{what}: there is no SQL for {client.dialect}"):
                continue
            want = _comparable(QUESTIONS[heading](rows))
            width = len(want[0])
            have = _comparable([row[:width] for row in client.query(by_dialect[client.dialect])])
            outcome.equal(have, want, what)


def _comparable(rows: Sequence[tuple[object, ...]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(value) for value in row) for row in rows)


def _questions(text: str) -> dict[str, dict[str, str]]:
    """Heading to dialect to SQL."""
    found: dict[str, dict[str, str]] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading = part.split("\n", 1)[0].strip()
        by_dialect = {note.strip(): body for language, note, body in FENCE.findall(part) if language == "sql"}
        if by_dialect:
            found[heading] = by_dialect
    return found


def _type_table(clients: list[Client]) -> str:
    types = {client.name: client.column_types("events") for client in clients}
    head = ["Column", "Our type", *types]
    rows = [
        [f"`{column}`", kind, *(f"`{found[column]}`" if column in found else "" for found in types.values())]
        for column, kind in COLUMNS.items()
        if any(column in found for found in types.values())
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(table: str) -> list[list[str]]:
    """Whatever the formatter made of the widths."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[re.sub(r"^-+$", "---", cell.strip()) for cell in line.split("|")] for line in lines]
