"""The catalog of standard input as singer-python reads it; prints the selected streams and their automatic fields."""

from __future__ import annotations

import json
import sys

from singer import metadata
from singer.catalog import Catalog

catalog = Catalog.from_dict(json.load(sys.stdin))
read = {}
for entry in catalog.streams:
    by_breadcrumb = metadata.to_map(entry.metadata)
    automatic = [
        breadcrumb[-1]
        for breadcrumb, found in by_breadcrumb.items()
        if breadcrumb and found["inclusion"] == "automatic"
    ]
    read[entry.tap_stream_id] = {
        "keys": entry.key_properties,
        "replication_key": metadata.get(by_breadcrumb, (), "replication-key"),
        "automatic": sorted(automatic),
        "fields": len(by_breadcrumb) - 1,
    }
sys.stdout.write(json.dumps(read))
