"""The shortest honest dlt rest_api source for the same API.

ORIGIN TOKEN: prints its rows, one JSON object a line. That is dlt's extraction alone: nothing is normalized or loaded,
which a dlt pipeline would do next.
"""

import sys

from dlt.common.json import json
from dlt.sources.rest_api import rest_api_source


def main(origin: str, token: str) -> None:
    source = rest_api_source(
        {
            "client": {
                "base_url": origin,
                "auth": {"type": "bearer", "token": token},
                "paginator": {"type": "json_link", "next_url_path": "pagination.next_page_uri"},
            },
            "resources": [
                {
                    "name": "events",
                    "primary_key": "id",
                    "endpoint": {
                        "path": "api/data/v1/events",
                        "params": {"sort": "oldest", "per_page": 2000},
                        "data_selector": "events",
                    },
                }
            ],
        }
    )
    out = sys.stdout.buffer
    for row in source.resources["events"]:
        out.write(json.dumpb(row))
        out.write(b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
