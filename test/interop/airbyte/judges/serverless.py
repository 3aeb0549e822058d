"""airbyte-serverless, which puts stderr among the lines and looks at TRACE ERROR instead of the exit code."""

from __future__ import annotations

from airbyte_serverless.sources import AirbyteSourceException, ExecutableAirbyteSource

from interop.sandbox import Sandbox
from judges.tools import Case, judge


@judge("serverless", "airbyte-serverless")
def work(case: Case) -> None:
    with Sandbox("--events", "900", "--visits", "200") as sandbox:
        source = ExecutableAirbyteSource(str(case.source), sandbox.settings)
        case.outcome.check("properties" in source.config_spec, "spec has no properties")
        case.outcome.check("api_token" in source.yaml_config_example, "its example configuration has no api_token")
        case.outcome.equal(source.connection_status["status"], "SUCCEEDED", "check")
        case.outcome.equal(source.available_streams, ["events", "visits"], "streams")
        case.outcome.equal(source.first_record["stream"], "events", "the first message that is not LOG or TRACE")

        messages = list(source.extract())
        records = [message["record"]["data"]["id"] for message in messages if message["type"] == "RECORD"]
        truth = [row["id"] for stream in ("events", "visits") for row in sandbox.rows(stream)]
        case.outcome.equal(records, truth, "rows")
        states = [message["state"] for message in messages if message["type"] == "STATE"]
        last = list({state["stream"]["stream_descriptor"]["name"]: state for state in states}.values())
        again = [message for message in source.extract(last) if message["type"] == "RECORD"]
        case.outcome.equal(again, [], "rows of a second read")
        sandbox.faults({"fault": "status-403", "match": {"stream": "visits"}})
        try:
            list(source.extract())
            case.outcome.check(False, "a refused stream is taken for success")
        except AirbyteSourceException as error:
            case.outcome.check("may not read visits" in str(error), f"the error says {error}")
    case.numbers["rows"] = f"{len(records)} first, {len(again)} again"


if __name__ == "__main__":
    work()
