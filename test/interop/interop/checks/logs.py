"""Structured log lines against the Meltano SDK's own schema of them, in runs that go well and in runs that do not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from jsonschema import Draft202012Validator

from interop.environments import environment
from interop.outcome import Outcome
from interop.pipeline import tap_command
from interop.sandbox import Json, Sandbox

FIND_SCHEMA = "import singer_sdk, pathlib; print(pathlib.Path(singer_sdk.__file__).parent / 'schemas/logs.schema.json')"


def check(folder: Path) -> Outcome:
    outcome = Outcome("logs")
    python = str(environment("singer-sdk").python)
    path = subprocess.check_output([python, "-c", FIND_SCHEMA], text=True).strip()
    validator = Draft202012Validator(json.loads(Path(path).read_text("utf-8")))
    with Sandbox("--events", "300", "--visits", "100") as sandbox:
        base = {**sandbox.settings, "log_format": "json", "max_retry_seconds": 5}
        # A row that does not fit, a setting that does not exist, an answer that is tried again: warnings of all kinds.
        sandbox.add("events", rows=[{"name": 5, "payload": {"space": {"id": "seven\u0000"}}}], created_at="2026-07-02")
        sandbox.faults({"fault": "status-503", "times": 1})
        odd = _run(outcome, validator, folder, {**base, "not_a_setting": 1}, 0)
        levels = {line["level"] for line in odd}
        outcome.check({"info", "warning"} <= levels, f"levels of an odd run: {levels}")
        metrics = [line["metric_info"] for line in odd if line["message"] == "METRIC"]
        kinds = {(metric["type"], metric["metric"], metric["tags"]["stream"]) for metric in metrics}
        for stream in ("events", "visits"):
            for kind in (("counter", "record_count"), ("counter", "http_request_count"), ("timer", "sync_duration")):
                outcome.check((*kind, stream) in kinds, f"no metric {kind} of {stream}")
        counted = sum(
            metric["value"] for metric in metrics if metric["metric"] == "record_count" and metric["type"] == "counter"
        )
        outcome.equal(counted, 401, "rows by the metrics")
        failed = _run(outcome, validator, folder, {**base, "api_token": "wrong-token"}, 1)
        outcome.check("critical" in {line["level"] for line in failed}, "no critical line of a failed run")
        outcome.check("wrong-token" not in json.dumps(failed), "the token is in the log")
    return outcome


def _run(outcome: Outcome, validator: Draft202012Validator, folder: Path, settings: Json, code: int) -> list[Json]:
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")
    command = tap_command("--config", str(folder / "config.json"))
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    outcome.equal(done.returncode, code, "exit code")
    lines: list[Json] = []
    for text in done.stderr.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            outcome.check(False, f"not JSON: {text[:200]}")
            continue
        errors = [error.message for error in validator.iter_errors(line)]
        outcome.check(not errors, f"{text[:200]}: {errors}")
        lines.append(line)
    return lines
