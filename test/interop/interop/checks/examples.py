"""examples/: what can run here is run; the rest is read by the validator of the tool that it is for."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import yaml

from interop.environments import environment
from interop.outcome import Outcome
from interop.paths import EXAMPLES
from interop.postgres import Database
from interop.programs import install
from interop.sandbox import STREAMS, Sandbox

SYNC = str(EXAMPLES / "shell" / "sync.sh")


def check(folder: Path, database: Database | None) -> Outcome:
    outcome = Outcome("examples")
    _validators(outcome)
    _crontab(outcome)
    programs = install(folder / "bin")
    _shell(outcome, folder / "shell", programs)
    if database is not None:
        _workflow(outcome, folder / "workflow", programs, database)
    return outcome


def _validators(outcome: Outcome) -> None:
    harness = environment("harness")
    compose = str(EXAMPLES / "compose" / "docker-compose.yml")
    for command in (
        [harness.program("actionlint"), str(EXAMPLES / "github-actions" / "circle-sync.yml")],
        [harness.program("kubernetes-validate"), "--strict", str(EXAMPLES / "kubernetes" / "cronjob.yaml")],
        [harness.program("docker-compose"), "-f", compose, "--profile", "*", "config", "--quiet"],
        ["bash", "-n", SYNC],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        outcome.check(done.returncode == 0, f"{' '.join(command[-4:])}: {done.stdout[-800:]}{done.stderr[-800:]}")


def _crontab(outcome: Outcome) -> None:
    """Names with values, then lines of five times and a command."""
    text = (EXAMPLES / "cron" / "crontab").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    outcome.check(len(lines) >= 4, "crontab: too few lines")
    for line in lines:
        is_name = re.fullmatch(r"[A-Z]+=.+", line) is not None
        is_job = re.fullmatch(r"([\d*/,-]+ ){5}\S.*", line) is not None
        outcome.check(is_name or is_job, f"crontab: {line}")


def _shell(outcome: Outcome, folder: Path, programs: Path) -> None:
    """sync.sh with a target that appends: twice, then kills of everything at once, until it is through."""
    folder.mkdir()
    (folder / "target.json").write_text(json.dumps({"do_timestamp_file": False}), "utf-8")
    with Sandbox("--events", "900", "--visits", "300", "--latency-ms", "40") as sandbox:
        small = {**sandbox.settings, "page_size": 50, "max_concurrency": 1}
        (folder / "tap.json").write_text(json.dumps(small), "utf-8")
        # It echoes each state at once, as a target does that loads in small batches; target-jsonl waits for the end.
        echo = 'rows="$1"; while IFS= read -r line; do case $line in *\'"type":"STATE"\'*) printf "%s\\n" "$line" | '
        echo += 'sed "s/^.*\\"value\\"://; s/}$//" ;; *) printf "%s\\n" "$line" >> "$rows" ;; esac; done'
        (folder / "target.sh").write_text(echo, "utf-8")
        env = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "TAP": "tap-circle --config tap.json",
            "TARGET": "bash target.sh rows.jsonl",
        }
        killed = 3
        for _ in range(killed):
            run = subprocess.Popen([SYNC], cwd=folder, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
            _wait_for_rows(run, folder / "rows.jsonl", more=200)
            second = subprocess.run([SYNC], cwd=folder, env=env, capture_output=True, text=True, check=False)
            outcome.equal(second.returncode, 75, f"a second run beside the first: {second.stderr}")
            os.killpg(run.pid, signal.SIGKILL)
            outcome.equal(run.wait(), -signal.SIGKILL, "how the first run ended")
            _state_is_whole(outcome, folder)
        # What a crash while the state is written would leave.
        (folder / "state.json.new").write_text('{"bookmarks": {"ev', "utf-8")
        for count in (0, 11):
            if count > 0:
                sandbox.add("events", count=count, created_at="2026-07-02T00:00:00Z")
            done = subprocess.run([SYNC], cwd=folder, env=env, capture_output=True, text=True, check=False)
            outcome.check(done.returncode == 0, f"sync.sh: {done.stderr[-800:]}")
            _state_is_whole(outcome, folder)
            rows = [line for line in (folder / "rows.jsonl").read_bytes().split(b"\n") if b'"RECORD"' in line]
            found = [json.loads(line)["record"]["id"] for line in rows if line.endswith(b"}")]
            truth = {row["id"] for stream in STREAMS for row in sandbox.rows(stream)}
            outcome.equal(len(set(found) & truth), len(truth), f"rows after {killed} kills, {count} new")
            # A page that was not yet covered by a state comes again.
            outcome.check(len(found) - len(set(found)) <= 150 * killed, f"{len(found)} rows for {len(truth)}")
        failing = subprocess.run(
            [SYNC], cwd=folder, env={**env, "TAP": "tap-circle --config none.json"}, capture_output=True, check=False
        )
        outcome.equal(failing.returncode, 1, "sync.sh with a tap that fails")
        _state_is_whole(outcome, folder)


def _wait_for_rows(run: subprocess.Popen[bytes], path: Path, more: int) -> None:
    def count() -> int:
        return path.read_bytes().count(b'"RECORD"') if path.exists() else 0

    enough = count() + more
    while count() < enough:
        if run.poll() is not None:
            raise AssertionError(f"sync.sh was over before {more} rows had come")
        time.sleep(0.01)


def _state_is_whole(outcome: Outcome, folder: Path) -> None:
    path = folder / "state.json"
    if path.exists():
        outcome.check("bookmarks" in json.loads(path.read_text("utf-8")), "state.json has no bookmarks")


def _workflow(outcome: Outcome, folder: Path, programs: Path, database: Database) -> None:
    """The steps of the GitHub workflow that are shell, as GitHub runs them, twice."""
    folder.mkdir()
    if shutil.which("jq") is None:
        write_jq(programs)
    target = environment("meltanolabs-target-postgres").program("target-postgres")
    (programs / "target-postgres").symlink_to(target)
    workflow = yaml.safe_load((EXAMPLES / "github-actions" / "circle-sync.yml").read_text("utf-8"))
    steps = {step.get("name"): step for step in workflow["jobs"]["sync"]["steps"]}
    server = database.server
    schema = "github_actions"
    with Sandbox("--events", "300", "--visits", "100") as sandbox:
        url = f"postgresql+psycopg://{server.user}:{server.password}@{server.host}:{server.port}/{database.name}"
        given = {"CIRCLE_API_TOKEN": sandbox.token, "POSTGRES_URL": url}
        env = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            **{key: _with_secrets(value, given) for key, value in steps["Sync"]["env"].items()},
            "TAP_CIRCLE_BASE_URL": sandbox.url,
            "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema,
        }
        for _ in range(2):
            for name, shell in (("Sync", ["bash", "-eo", "pipefail"]), ("Keep the state", ["bash", "-e"])):
                command = [*shell, "-c", steps[name]["run"]]
                done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
                outcome.check(done.returncode == 0, f"workflow, {name}: {done.stderr[-800:]}")
            for stream in STREAMS:
                count = len(sandbox.rows(stream))
                with database.connect() as connection:
                    sql = f"SELECT count(*), count(DISTINCT id) FROM {schema}.{stream}"
                    outcome.equal(connection.execute(sql).fetchone(), (count, count), f"workflow: {stream}")
            sandbox.add("events", count=9, created_at="2026-07-02T00:00:00Z")
        outcome.check((folder / "state.json").exists(), "workflow: no state was kept")


def write_jq(programs: Path) -> None:
    """As much of jq as the workflow uses, where there is none: whole lines through, 1 at the first that is cut."""
    python = str(environment("harness").python)
    code = "import json, sys\nfor line in open(sys.argv[3]): print(json.dumps(json.loads(line), separators=(',', ':')))"
    path = programs / "jq"
    path.write_text(f'#!/bin/sh\nexec {python} -c "{code}" "$@"\n', "utf-8")
    path.chmod(0o755)


def _with_secrets(value: str, secrets: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ secrets\.(\w+) \}\}", lambda found: secrets[found.group(1)], value)
