"""examples/meltano in Meltano itself: discovery, selection, state in its own backend, log lines read by its parser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from interop.environments import environment
from interop.outcome import Outcome
from interop.paths import EXAMPLES
from interop.pipeline import tap_command
from interop.postgres import Database
from interop.programs import install
from interop.sandbox import Json, Sandbox

EVENTS, VISITS = 900, 300


class Project:
    """A copy of the example, its tap from this tree on PATH."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder / "project"
        ignored = shutil.ignore_patterns(".meltano", "output", ".env")
        shutil.copytree(EXAMPLES / "meltano", self.folder, ignore=ignored)
        self.meltano = environment("meltano").program("meltano")
        programs = install(folder / "bin")
        self.env = {
            # Meltano hands its environment on: nothing of this suite's own is meant for it.
            **{key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}},
            "PATH": f"{programs}:{os.environ['PATH']}",
            "TAP_CIRCLE_BASE_URL": sandbox.url,
            "TAP_CIRCLE_API_TOKEN": sandbox.token,
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            "MELTANO_ENVIRONMENT": "dev",
        }

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [self.meltano, "--log-format=json", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env={**self.env, **env}, capture_output=True, text=True, check=False
        )

    def rows(self, stream: str) -> list[Json]:
        path = self.folder / "output" / f"{stream}.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line] if path.exists() else []


def check(folder: Path, database: Database | None = None) -> Outcome:
    outcome = Outcome("meltano")
    with Sandbox("--events", str(EVENTS), "--visits", str(VISITS)) as sandbox:
        project = Project(folder, sandbox)
        _succeeds(outcome, project, "install")
        _discovers(outcome, project)
        _selects(outcome, project)
        _runs(outcome, project, sandbox)
        _narrows(outcome, project, sandbox)
        _logs(outcome, project, sandbox)
        if database is not None:
            _loads_postgres(outcome, project, sandbox, database)
    return outcome


def _discovers(outcome: Outcome, project: Project) -> None:
    about = json.loads(subprocess.check_output(tap_command("--about", "--format=json")))
    text = (project.folder / "meltano.yml").read_text("utf-8")
    for name in [*about["settings"]["properties"], *about["capabilities"]]:
        outcome.check(f"- name: {name}\n" in text or f"- {name}\n" in text, f"meltano.yml has no {name}")
    done = _succeeds(outcome, project, "invoke", "tap-circle", "--discover")
    ours = json.loads(subprocess.check_output(tap_command("--discover")))
    outcome.equal(json.loads(done.stdout), ours, "meltano invoke tap-circle --discover")
    config = json.loads(_succeeds(outcome, project, "config", "print", "tap-circle").stdout)
    outcome.equal(config["lookback_seconds"], 600, "a default by meltano config")
    outcome.check(project.env["TAP_CIRCLE_API_TOKEN"] not in json.dumps(config), "meltano config shows the token")


def _selects(outcome: Outcome, project: Project) -> None:
    """Every field of the catalog is known, and those that matter are automatic."""
    listed = _succeeds(outcome, project, "select", "tap-circle", "--list", "--all").stdout
    catalog = json.loads(subprocess.check_output(tap_command("--discover")))
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            names = [entry["tap_stream_id"], *item["breadcrumb"][1::2]]
            if len(names) == 1:
                continue
            kind = "automatic" if names[1] in {"id", "created_at"} else "selected"
            line = f"[{kind:<11}] {'.'.join(names)}\n"
            outcome.check(line in listed, f"meltano select --list does not say {line!r}")


def _runs(outcome: Outcome, project: Project, sandbox: Sandbox) -> None:
    """Twice with new rows between: the state in Meltano's own database is what makes the second one short."""
    _succeeds(outcome, project, "run", "tap-circle", "target-jsonl")
    for stream in ("events", "visits"):
        _same(outcome, project, sandbox, stream, "after the first run")
        sandbox.add(stream, count=7, created_at=sandbox.rows(stream)[-1]["created_at"])
    _succeeds(outcome, project, "run", "tap-circle", "target-jsonl")
    for stream in ("events", "visits"):
        _same(outcome, project, sandbox, stream, "after the second run")
    state_id = "dev:tap-circle-to-target-jsonl"
    outcome.check(state_id in _succeeds(outcome, project, "state", "list").stdout, "meltano state list")
    stored = json.loads(_succeeds(outcome, project, "state", "get", state_id).stdout)
    keys = stored["singer_state"]["bookmarks"].keys()
    outcome.equal(set(keys), {"events", "visits"}, "bookmarks in Meltano's state")


def _narrows(outcome: Outcome, project: Project, sandbox: Sandbox) -> None:
    """A selection by environment variable, as in Meltano's documentation."""
    before = {row["id"] for row in project.rows("events")}
    for stream in ("events", "visits"):
        sandbox.add(stream, count=5, created_at="2026-07-02T00:00:00Z")
    select = json.dumps(["events.*", "!events.payload.initiator.email"])
    _succeeds(outcome, project, "run", "tap-circle", "target-jsonl", TAP_CIRCLE__SELECT=select)
    new = [row for row in project.rows("events") if row["id"] not in before]
    outcome.equal(len(new), 5, "rows of a narrow run")
    outcome.check("email" not in json.dumps(new), "a deselected field was sent")
    outcome.equal(len(project.rows("visits")), VISITS + 7, "visits after a run without them")
    _succeeds(outcome, project, "run", "tap-circle", "target-jsonl")
    outcome.equal(len(project.rows("visits")), VISITS + 12, "visits after a run with them again")
    outcome.equal(len(project.rows("events")), EVENTS + 12, "events after all runs")


def _logs(outcome: Outcome, project: Project, sandbox: Sandbox) -> None:
    """Levels and metrics arrive as such, not as plain text at the level info."""
    # A NUL, which is replaced and told of: a warning that no target stumbles over.
    sandbox.add("events", rows=[{"name": "a\u0000b"}], created_at="2026-07-03T00:00:00Z")
    lines = _log_lines(_succeeds(outcome, project, "run", "tap-circle", "target-jsonl"))
    levels = Counter(line["level"] for line in lines)
    outcome.equal(levels["warning"], 1, f"warnings of the tap as Meltano shows them, of {levels}")
    metrics = [line for line in lines if line["event"] == "METRIC"]
    outcome.equal(len(metrics), 6, "metrics as Meltano shows them")
    counted = [line["metric_info"]["value"] for line in metrics if line["metric_info"]["metric"] == "record_count"]
    outcome.equal(counted, [1, 0], "record counts")
    outcome.equal({line.get("stream_name") for line in metrics}, {"events", "visits"}, "streams of the metrics")
    unread = [line["event"] for line in lines if "plugin_logger" not in line]
    outcome.equal(unread, [], "lines that Meltano took for plain text")
    failed = project.run("run", "tap-circle", "target-jsonl", TAP_CIRCLE_API_TOKEN="wrong-token")
    outcome.check(failed.returncode != 0, "a run with a wrong token ended with 0")
    levels = Counter(line["level"] for line in _log_lines(failed))
    outcome.check(levels["critical"] >= 1, f"levels of a failed run: {levels}")
    outcome.check("wrong-token" not in failed.stdout + failed.stderr, "Meltano's log shows the token")


def _loads_postgres(outcome: Outcome, project: Project, sandbox: Sandbox, database: Database) -> None:
    server = database.server
    env = {
        "TARGET_POSTGRES_HOST": server.host,
        "TARGET_POSTGRES_PORT": str(server.port),
        "TARGET_POSTGRES_USER": server.user,
        "TARGET_POSTGRES_PASSWORD": server.password,
        "TARGET_POSTGRES_DATABASE": database.name,
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "meltano_example",
    }
    for _ in range(2):
        done = project.run("run", "tap-circle", "target-postgres", **env)
        outcome.check(done.returncode == 0, f"meltano run tap-circle target-postgres: {done.stderr[-800:]}")
    with database.connect() as connection:
        for stream in ("events", "visits"):
            sql = f"SELECT count(*), count(DISTINCT id) FROM meltano_example.{stream}"
            found = connection.execute(sql).fetchone()
            count = len(sandbox.rows(stream))
            outcome.equal(found, (count, count), f"{stream} in PostgreSQL by Meltano")


def _same(outcome: Outcome, project: Project, sandbox: Sandbox, stream: str, when: str) -> None:
    have = sorted(json.dumps(row, sort_keys=True) for row in project.rows(stream))
    want = sorted(json.dumps(row, sort_keys=True) for row in sandbox.rows(stream))
    outcome.check(have == want, f"{when}: {stream}: {len(have)} rows for {len(want)}, or others")


def _log_lines(done: subprocess.CompletedProcess[str]) -> list[Json]:
    """Of the tap, as Meltano logs them."""
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("string_id") == "tap-circle"]


def _succeeds(outcome: Outcome, project: Project, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    done = project.run(*arguments, **env)
    outcome.check(done.returncode == 0, f"meltano {' '.join(arguments)}: {done.stdout[-800:]}{done.stderr[-800:]}")
    return done
