"""Our executable as a tap class of the Meltano SDK, so that the SDK's own tests can drive it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from singer_sdk import Stream, Tap

TAP = ["node", str(Path(os.environ["INTEROP_TAP"]))]
FOLDER = Path(os.environ["INTEROP_FOLDER"])


def run_tap(*arguments: str) -> str:
    """Its standard output; it has to end well."""
    return subprocess.run([*TAP, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


class ExecutableStream(Stream):
    """A stream as the executable tells of it; it is never asked for records itself."""

    def get_records(self, context: object) -> Iterable[dict[str, Any]]:
        raise NotImplementedError


class ExecutableTap(Tap):
    """Every command goes to the executable."""

    name = "tap-circle"
    config_jsonschema = json.loads(run_tap("--about", "--format=json"))["settings"]

    def discover_streams(self) -> list[Stream]:
        catalog = json.loads(run_tap("--discover"))
        entries = {entry["tap_stream_id"]: entry for entry in catalog["streams"]}
        streams: list[Stream] = []
        # The schemas as these settings make them: flattened, where that is asked for.
        for line in run_tap("--config", self._config_file(), "--test=schema").splitlines():
            message = json.loads(line)
            stream = ExecutableStream(self, schema=message["schema"], name=message["stream"])
            stream.primary_keys = message["key_properties"]
            stream.replication_key = entries[stream.name]["replication_key"]
            streams.append(stream)
        return streams

    def run_discovery(self) -> str:
        return run_tap("--discover")

    @property
    def catalog_dict(self) -> dict[str, Any]:
        catalog: dict[str, Any] = json.loads(run_tap("--discover"))
        return catalog

    def run_connection_test(self) -> bool:
        lines = [json.loads(line) for line in run_tap("--config", self._config_file(), "--test").splitlines()]
        assert [line["stream"] for line in lines if line["type"] == "RECORD"] == ["events", "visits"]
        return True

    def run_sync_dry_run(self, dry_run_record_limit: int | None = 1, streams: object = None) -> bool:
        """Whole, since the sandbox is small; the limit would only hide rows from the tests."""
        sys.stdout.write(run_tap("--config", self._config_file()))
        return True

    @classmethod
    def print_version(cls, print_fn: object = None) -> None:
        assert run_tap("--version").startswith("tap-circle ")

    @classmethod
    def print_about(cls, output_format: str | None = None) -> None:
        about = run_tap("--about", *([] if output_format is None else [f"--format={output_format}"]))
        if output_format == "json":
            assert json.loads(about)["name"] == "tap-circle"
        else:
            assert "tap-circle" in about

    def _config_file(self) -> str:
        path = FOLDER / f"config-{os.getpid()}-{id(self)}.json"
        path.write_text(json.dumps(dict(self.config)), "utf-8")
        return str(path)
