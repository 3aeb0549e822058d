"""Every line of every verb, parsed by Airbyte's published protocol models: pydantic's, and the CDK's own serializer."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from airbyte_cdk.models import AirbyteMessageSerializer
from airbyte_protocol.models import AirbyteMessage, AirbyteStateBlob
from pydantic import BaseModel

from interop.sandbox import Sandbox
from judges.tools import Case, Json, configured, judge


@judge("protocol", "airbyte-protocol-models-pdv2")
def work(case: Case) -> None:
    with Sandbox("--events", "5000", "--visits", "1200") as sandbox:
        config = case.write("config.json", sandbox.settings)
        wrong = case.write("wrong.json", {**sandbox.settings, "api_token": "wrong-token-123"})
        Lines(case, "spec", "spec").expect(0, SPEC=1)
        Lines(case, "check", "check", "--config", config).expect(0, CONNECTION_STATUS=1)
        # With --debug, where each stream failed is told, too.
        Lines(case, "check, wrong token", "check", "--config", wrong, "--debug").expect(0, CONNECTION_STATUS=1, LOG=2)
        discovered = Lines(case, "discover", "discover", "--config", config)
        discovered.expect(0, CATALOG=1)
        catalog = discovered.messages[0]["catalog"]
        incremental = case.write("catalog.json", configured(catalog, "incremental"))
        full = case.write("full.json", configured(catalog, "full_refresh"))

        read = ("read", "--config", config, "--catalog")
        first = Lines(case, "first read", *read, incremental, "--state", case.write("none.json", []))
        first.expect(0, RECORD=6200, STATE=6, STREAM_STATUS=6, LOG=2)
        state = case.write("state.json", first.last_states())
        Lines(case, "second read", *read, incremental, "--state", state).expect(0, STATE=2, STREAM_STATUS=6, LOG=2)
        Lines(case, "full refresh", *read, full, "--state", state).expect(
            0, RECORD=6200, STATE=6, STREAM_STATUS=6, LOG=2
        )
        sandbox.faults(
            {"fault": "status-403", "match": {"stream": "visits"}},
            {"fault": "status-429-seconds", "match": {"stream": "events"}, "times": 1},
        )
        Lines(case, "visits refused, events limited", *read, full).expect(
            1, RECORD=5000, STATE=4, STREAM_STATUS=6, ERROR=1, LOG=3
        )
        Lines(case, "no catalog", *read, "no-such-file.json").expect(1, ERROR=1)


class Lines:
    """The output of one run, parsed by both models."""

    def __init__(self, case: Case, what: str, *arguments: str | Path) -> None:
        self.case = case
        self.what = what
        done = case.run(*arguments)
        self.code = done.returncode
        self.messages: list[Json] = []
        self.counts: Counter[str] = Counter()
        # What the states say of how many records there were.
        self.counted = 0
        case.outcome.equal(done.stderr, "", f"{what}: stderr")
        case.outcome.check(done.stdout.endswith("\n"), f"{what}: the last line is cut")
        for line in done.stdout.split("\n")[:-1]:
            self._parse(line)

    def _parse(self, line: str) -> None:
        given = json.loads(line)
        message = AirbyteMessage.model_validate_json(line)
        # What is not the same afterwards was of another type or name than the model says.
        kept = json.loads(message.model_dump_json(exclude_unset=True))
        self.case.outcome.equal(kept, given, f"{self.what}: pydantic makes of {line[:200]}")
        self.case.outcome.equal(unknown_keys(message), [], f"{self.what}: keys that the protocol does not have")
        known = AirbyteMessageSerializer.load(given)
        self.case.outcome.equal(known.type.value, given["type"], f"{self.what}: the CDK's type")
        self.messages.append(given)
        trace = given.get("trace")
        self.counts[trace["type"] if trace else given["type"]] += 1

        if message.state is not None and message.state.sourceStats is not None:
            self.counted += int(message.state.sourceStats.recordCount or 0)

    def expect(self, code: int, **counts: int) -> None:
        self.case.outcome.equal(self.code, code, f"{self.what}: exit code")
        self.case.outcome.equal(
            dict(sorted(self.counts.items())), dict(sorted(counts.items())), f"{self.what}: messages"
        )
        self.case.outcome.equal(self.counted, self.counts["RECORD"], f"{self.what}: records that states count")
        self.case.numbers[self.what] = ", ".join(f"{number} {kind}" for kind, number in self.counts.items())

    def last_states(self) -> list[Json]:
        states = [message["state"] for message in self.messages if message["type"] == "STATE"]
        return list({state["stream"]["stream_descriptor"]["name"]: state for state in states}.values())


def unknown_keys(model: BaseModel) -> list[str]:
    """Keys that a model took without knowing them: it lets everything pass. A state is the source's own affair."""
    if isinstance(model, AirbyteStateBlob):
        return []
    found = list(model.model_extra or {})
    for value in (getattr(model, name) for name in type(model).model_fields):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, BaseModel):
                found += unknown_keys(part)
    return found


if __name__ == "__main__":
    work()
