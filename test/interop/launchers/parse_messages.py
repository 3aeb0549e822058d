"""Every line of standard input through singer-python's parser; prints how many there were of each kind."""

from __future__ import annotations

import json
import sys
from collections import Counter

import singer

counts: Counter[str] = Counter()
for line in sys.stdin.buffer.read().split(b"\n")[:-1]:
    message = singer.parse_message(line)
    if message is None:
        sys.exit(f"singer-python knows no such message: {line[:200]!r}")
    kind = type(message).__name__
    # A time that its parser cannot read is dropped with a warning alone.
    if kind == "RecordMessage" and message.time_extracted is None:
        sys.exit("time_extracted was not read")
    if json.loads(singer.format_message(message)).keys() - json.loads(line).keys():
        sys.exit(f"written again it has more keys: {line[:200]!r}")
    counts[kind] += 1
sys.stdout.write(json.dumps(counts))
