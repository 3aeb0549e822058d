"""Loads a Circle community into circle.duckdb; run it again for what is new. TAP_CIRCLE_API_TOKEN holds the token."""

import os

import airbyte as ab
from airbyte.caches import DuckDBCache

config = {"api_token": os.environ["TAP_CIRCLE_API_TOKEN"]}
if "TAP_CIRCLE_BASE_URL" in os.environ:
    config["base_url"] = os.environ["TAP_CIRCLE_BASE_URL"]
# True: the executable of that name on the PATH, as `npm install --global tap-circle` puts it there.
source = ab.get_source("source-circle", local_executable=True, config=config, streams="*")
result = source.read(cache=DuckDBCache(db_path="circle.duckdb"))
for name, dataset in result.streams.items():
    print(f"{name}: {len(dataset)} rows")
