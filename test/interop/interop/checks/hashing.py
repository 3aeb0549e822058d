"""`hash_fields` against Python's own SHA-256, nested, flattened and in the Airbyte face; and how it refuses."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

from interop.outcome import Outcome
from interop.pipeline import tap_command
from interop.sandbox import STREAMS, Json, Sandbox

SALT = "pepper that nobody shall see"
FIELDS = ["payload.initiator.email", "payload.initiator.id", "payload.visit.city"]


def check(folder: Path) -> Outcome:
    outcome = Outcome("hashing")
    with Sandbox("--events", "400", "--visits", "150") as sandbox:
        truth = {row["id"]: row for stream in STREAMS for row in sandbox.rows(stream)}
        settings = {**sandbox.settings, "hash_fields": FIELDS, "hash_salt": SALT}
        nested = _records(_run(folder, settings))
        flat = _records(_run(folder, {**settings, "flattening_enabled": True}))
        outcome.equal(len(nested), len(truth), "rows")
        for key, row in truth.items():
            want = _hashed(row)
            if not outcome.check(nested[key] == want, f"nested: {nested[key]} for {want}"):
                break
            initiator = want["payload"].get("initiator", {})
            have = {name: flat[key].get(f"payload__initiator__{name}") for name in ("email", "id")}
            if not outcome.check(have == {name: initiator.get(name) for name in have}, f"flat: {have} for {initiator}"):
                break
        _check_airbyte(outcome, folder, settings, truth)
        _check_schema(outcome, _run(folder, settings, "--test=schema"))
        for field, says in (("payload.initiator.mail", "is not a field"), ("id", "must stay as it is")):
            done = _run(folder, {**settings, "hash_fields": [field]})
            outcome.equal(done.returncode, 1, f"exit code for {field}")
            outcome.check("hash_fields[0]" in done.stderr and says in done.stderr, f"{field}: {done.stderr}")
            outcome.check(SALT not in done.stderr and done.stdout == "", f"{field}: the salt or rows were printed")
    return outcome


def _check_schema(outcome: Outcome, done: subprocess.CompletedProcess[str]) -> None:
    for message in map(json.loads, done.stdout.splitlines()):
        initiator = message["schema"]["properties"]["payload"]["properties"]["initiator"]["properties"]
        for name in ("email", "id"):
            outcome.equal(initiator[name]["type"], ["string", "null"], f"{message['stream']}: type of {name}")
        outcome.equal(initiator["is_admin"]["type"], ["boolean", "null"], f"{message['stream']}: type of is_admin")


def _check_airbyte(outcome: Outcome, folder: Path, settings: Json, truth: dict[str, Json]) -> None:
    streams = [
        {
            "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
        for name in STREAMS
    ]
    config, catalog = folder / "airbyte-config.json", folder / "airbyte-catalog.json"
    config.write_text(json.dumps(settings), "utf-8")
    catalog.write_text(json.dumps({"streams": streams}), "utf-8")
    command = tap_command("read", "--config", str(config), "--catalog", str(catalog))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    outcome.equal(done.returncode, 0, f"read: {done.stderr[-300:]}")
    messages = [json.loads(line) for line in done.stdout.split("\n") if line]
    rows = [message["record"]["data"] for message in messages if message["type"] == "RECORD"]
    outcome.equal(len(rows), len(truth), "rows of the Airbyte face")
    wrong = [row["id"] for row in rows if row["payload"] != _hashed(truth[row["id"]])["payload"]]
    outcome.equal(wrong, [], "rows of the Airbyte face that differ")
    outcome.check(SALT not in done.stdout + done.stderr, "the salt was printed by the Airbyte face")


def _hashed(row: Json) -> Json:
    changed: Json = json.loads(json.dumps(row))
    for field in FIELDS:
        *path, name = field.split(".")
        inside = changed
        for part in path:
            inside = inside.get(part) or {}
        if inside.get(name) is not None:
            inside[name] = hashlib.sha256(f"{SALT}{inside[name]}".encode()).hexdigest()
    return changed


def _records(done: subprocess.CompletedProcess[str]) -> dict[str, Json]:
    messages = [json.loads(line) for line in done.stdout.split("\n") if line]
    return {message["record"]["id"]: message["record"] for message in messages if message["type"] == "RECORD"}


def _run(folder: Path, settings: Json, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")
    command = tap_command("--config", str(folder / "config.json"), *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False)
