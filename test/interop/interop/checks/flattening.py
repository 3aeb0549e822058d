"""Our flattening against the Meltano SDK's own, on the same schema and records."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from interop.environments import environment
from interop.outcome import Outcome
from interop.paths import LAUNCHERS
from interop.pipeline import tap_command
from interop.sandbox import Json, Sandbox

# What the generated rows do not have: objects and fields that Circle may add, and text that is hard to spell.
HARD: list[Json] = [
    {"initiator": {"name": 'Zoë "Z" \\ / 日本 🎉', "email": None}, "tags": ["a", 1, None, {"b": [0.5, -3]}]},
    {"new_object": {"deep": {"deeper": {"deepest": {"x": 1}}}, "list": [], "empty": {}}},
    {"recurring_event_setting": {"text": "ü\u007f\u0001\t\u2028", "big": 9007199254740993, "half": 0.5, "no": False}},
    {"recurring_event_setting": [1, {"ü": "ü"}], "space": None, "lesson": "text where an object was expected"},
    {f"object_with_a_long_{'long_' * 20}name": {f"field_with_a_long_{'long_' * 30}name": {"x": "y"}}},
    {},
]
ROWS: list[Json] = [
    *({"payload": payload, "name": "post.liked"} for payload in HARD),
    {"payload": None, "name": None, "new_column": {"a": [1]}, "version": 7},
]
OPTIONS: list[Json] = [
    {"max_level": 10},
    {"max_level": 1},
    {"max_level": 2},
    {"max_level": 3, "separator": "."},
    {"max_level": 10, "max_key_length": 63},
    {"max_level": 10, "max_key_length": 30},
]
SETTING_OF = {
    "max_level": "flattening_max_depth",
    "separator": "flattening_separator",
    "max_key_length": "flattening_max_key_length",
}


def check(folder: Path) -> Outcome:
    outcome = Outcome("flattening")
    with Sandbox("--events", "400", "--visits", "100") as sandbox:
        sandbox.add("events", rows=ROWS, created_at="2026-07-02T00:00:00Z")
        nested = _run(folder, sandbox.settings)
        asked = json.dumps({"streams": nested, "options": OPTIONS})
        python = str(environment("singer-sdk").python)
        oracle = [python, str(LAUNCHERS / "flattening_oracle.py")]
        answers = json.loads(subprocess.run(oracle, input=asked, text=True, check=True, stdout=subprocess.PIPE).stdout)
        for options, answer in zip(OPTIONS, answers, strict=True):
            settings = {SETTING_OF[key]: value for key, value in options.items()}
            flat = _run(folder, {**sandbox.settings, **settings, "flattening_enabled": True})
            _compare(outcome, str(options), flat, answer)
        untouched = _run(folder, {**sandbox.settings, "flattening_enabled": True, "flattening_max_depth": 0})
        outcome.check(untouched == nested, "flattening_max_depth 0 changed something")
    return outcome


def _compare(outcome: Outcome, options: str, flat: Json, answer: Json) -> None:
    for name, want in answer.items():
        have = flat[name]
        outcome.equal(
            list(have["schema"]["properties"]), list(want["schema"]["properties"]), f"{options} {name} columns"
        )
        outcome.equal(have["schema"], want["schema"], f"{options} {name} schema")
        outcome.equal(len(have["records"]), len(want["records"]), f"{options} {name} count")
        for mine, theirs in zip(have["records"], want["records"], strict=False):
            if mine != theirs:
                different = [key for key in {*mine, *theirs} if mine.get(key, "absent") != theirs.get(key, "absent")]
                have_values = {key: mine.get(key, "absent") for key in different}
                want_values = {key: theirs.get(key, "absent") for key in different}
                outcome.equal(have_values, want_values, f"{options} {name} {mine.get('id')}")
                break
        else:
            outcome.check(True, "")


def _run(folder: Path, settings: Json) -> Json:
    """Schema and records of each stream."""
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")
    command = tap_command("--config", str(folder / "config.json"))
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.split(b"\n")
    streams: dict[str, dict[str, Any]] = {}
    for message in map(json.loads, filter(None, lines)):
        if message["type"] == "SCHEMA":
            streams[message["stream"]] = {"schema": message["schema"], "records": []}
        elif message["type"] == "RECORD":
            streams[message["stream"]]["records"].append(message["record"])
    return streams
