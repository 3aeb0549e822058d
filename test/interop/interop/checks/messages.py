"""Every line of every kind of run, read by singer-python's parser and by singer-check-tap."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from interop.environments import environment
from interop.outcome import Outcome
from interop.paths import LAUNCHERS
from interop.pipeline import tap_command
from interop.programs import write_program
from interop.sandbox import Json, Sandbox

EVENTS, VISITS = 900, 300


def check(folder: Path) -> Outcome:
    outcome = Outcome("messages")
    with Sandbox("--events", str(EVENTS), "--visits", str(VISITS)) as sandbox:
        config = _written(folder / "config.json", {**sandbox.settings, "page_size": 200})
        catalog = json.loads(subprocess.check_output(tap_command("--discover")))
        _check_catalog(outcome, catalog)
        full = _written(folder / "full.json", _full_table(catalog))
        flat = {**sandbox.settings, "flattening_enabled": True, "emit_activate_version_messages": True}
        flat_config = _written(folder / "flat.json", flat)
        rows = EVENTS + VISITS
        _parse(outcome, "a sync", ["--config", config], SchemaMessage=2, RecordMessage=rows)
        _parse(
            outcome,
            "a flat sync of whole tables",
            ["--config", flat_config, "--catalog", full],
            SchemaMessage=2,
            RecordMessage=rows,
            ActivateVersionMessage=2,
        )
        _parse(outcome, "--test", ["--config", config, "--test"], SchemaMessage=2, RecordMessage=2)
        _parse(outcome, "--test=schema", ["--config", config, "--test=schema"], SchemaMessage=2)
        _check_tap(outcome, folder, config)
    return outcome


def _check_catalog(outcome: Outcome, catalog: Json) -> None:
    read = json.loads(_python("read_catalog.py", json.dumps(catalog).encode()))
    outcome.equal(sorted(read), ["events", "visits"], "the catalog's streams")
    for name, entry in read.items():
        outcome.equal(entry["keys"], ["id"], f"{name}: keys")
        outcome.equal(entry["replication_key"], "created_at", f"{name}: replication key")
        outcome.equal(entry["automatic"], ["created_at", "id"], f"{name}: automatic fields")
        outcome.check(entry["fields"] > 15, f"{name}: has metadata for {entry['fields']} fields alone")


def _parse(outcome: Outcome, what: str, arguments: list[str], **expected: int) -> None:
    done = subprocess.run(tap_command(*arguments), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        counts = json.loads(_python("parse_messages.py", done.stdout))
    except subprocess.CalledProcessError as error:
        outcome.check(False, f"{what}: {error.stderr.decode()[-300:]}")
        return
    states = counts.pop("StateMessage", 0)
    outcome.equal(counts, expected, what)
    is_sync = not any(argument.startswith("--test") for argument in arguments)
    outcome.check((states > 2) == is_sync, f"{what}: {states} states")
    outcome.check(not is_sync or b'"STATE"' in done.stdout.split(b"\n")[-2], f"{what}: the last line is no STATE")


def _check_tap(outcome: Outcome, folder: Path, config: str) -> None:
    """Singer's own checker: a run, and another with the state of the first."""
    # It takes what its reader has when the tap ends, whether or not that has read everything: so the tap ends some time
    # after its output.
    command = " ".join(f"'{part}'" for part in tap_command())
    tap = write_program(folder / "tap", f'{command} "$@" && exec >&- && sleep 3')
    checker = [environment("singer-python").program("singer-check-tap"), "--tap", str(tap), "--config", config]
    done = subprocess.run(checker, cwd=folder, capture_output=True, text=True, check=False)
    outcome.equal(done.returncode, 0, f"singer-check-tap: {done.stdout[-500:]}{done.stderr[-500:]}")
    outcome.equal(done.stdout.count("The output is valid."), 2, "singer-check-tap: valid runs")
    outcome.check(f"{EVENTS + VISITS} record messages" in done.stdout, f"singer-check-tap: {done.stdout[:600]}")
    outcome.check("      0 record messages" in done.stdout, "singer-check-tap: the second run sent rows")


def _python(launcher: str, given: bytes) -> bytes:
    command = [str(environment("singer-python").python), str(LAUNCHERS / launcher)]
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def _full_table(catalog: Json) -> Json:
    for entry in catalog["streams"]:
        entry["replication_method"] = "FULL_TABLE"
    return catalog


def _written(path: Path, content: object) -> str:
    path.write_text(json.dumps(content), "utf-8")
    return str(path)
