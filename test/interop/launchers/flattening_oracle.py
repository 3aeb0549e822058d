"""Flattens as the Meltano SDK does: a nested schema and its records in, flat ones out, for each set of options."""

from __future__ import annotations

import sys

from singer_sdk.helpers._flattening import flatten_record, flatten_schema
from singer_sdk.singerlib.json import deserialize_json, serialize_json

asked = deserialize_json(sys.stdin.read())
answers = []
for options in asked["options"]:
    streams = {}
    for name, stream in asked["streams"].items():
        schema = flatten_schema(stream["schema"], **options)
        records = [flatten_record(record, schema, **options) for record in stream["records"]]
        streams[name] = {"schema": schema, "records": records}
    answers.append(streams)
sys.stdout.write(serialize_json(answers))
