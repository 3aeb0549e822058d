"""The shortest honest tap on the Meltano SDK for the same API: --config FILE [--msgspec]."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from requests import Response
from singer_sdk import RESTStream, Tap
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.pagination import BaseHATEOASPaginator
from singer_sdk.singerlib import Schema

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "events.json").read_text("utf-8"))


class Links(BaseHATEOASPaginator):
    """Follows the link that the stream found when it parsed the page, so that no page is parsed twice."""

    def __init__(self, stream: Events) -> None:
        super().__init__()
        self.stream = stream

    def get_next_url(self, response: Response) -> str | None:
        return self.stream.next_url


class Events(RESTStream[Any]):
    name = "events"
    path = "/api/data/v1/events"
    primary_keys = ("id",)
    replication_key = "created_at"
    # Not `is_sorted`: the SDK compares timestamps as text, and ends where offsets from UTC differ from row to row.
    next_url: str | None = None

    @property
    def url_base(self) -> str:
        return str(self.config["base_url"])

    @property
    def authenticator(self) -> BearerTokenAuthenticator:
        return BearerTokenAuthenticator(token=str(self.config["api_token"]))

    def get_new_paginator(self) -> Links:
        return Links(self)

    def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any] | str:
        return next_page_token.query if next_page_token else {"sort": "oldest", "per_page": 2000}

    def parse_response(self, response: Response) -> Iterable[dict[str, Any]]:
        answer = response.json()
        self.next_url = answer["pagination"].get("next_page_uri")
        yield from answer["events"]


class CircleTap(Tap):
    name = "tap-circle-peer"
    config_jsonschema = {
        "type": "object",
        "properties": {"api_token": {"type": "string"}, "base_url": {"type": "string"}},
    }

    def discover_streams(self) -> list[Events]:
        return [Events(self, schema=Schema.from_dict(SCHEMA))]


if __name__ == "__main__":
    if "--msgspec" in sys.argv:
        from singer_sdk.contrib.msgspec import MsgSpecWriter

        sys.argv.remove("--msgspec")
        CircleTap.message_writer_class = MsgSpecWriter
    CircleTap.cli()
