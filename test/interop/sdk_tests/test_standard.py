"""The SDK's standard tap tests, run by the SDK; and what they mean to ask, asked so that it can fail.

Its `primary_keys` compares generators, which are never equal, and its `valid_final_state` looks beside the bookmarks.
"""

from __future__ import annotations

import json
import os
import warnings
from typing import Any

import pytest
from shim import ExecutableTap
from singer_sdk.testing import get_tap_test_class
from singer_sdk.testing.runners import TapTestRunner

SETTINGS: dict[str, Any] = json.loads(os.environ["INTEROP_CONFIG"])
FLAT = {**SETTINGS, "flattening_enabled": True}
RUNNERS: dict[str, TapTestRunner] = {}

# The SDK warns of columns that no record had, which is what its test 5 is.
pytestmark = pytest.mark.filterwarnings("error::UserWarning")

TestNested = get_tap_test_class(ExecutableTap, config=SETTINGS, parse_env_config=False)
TestFlattened = get_tap_test_class(ExecutableTap, config=FLAT, parse_env_config=False)


@pytest.fixture(params=["nested", "flattened"])
def ran(request: pytest.FixtureRequest) -> TapTestRunner:
    name: str = request.param
    if name not in RUNNERS:
        config = FLAT if name == "flattened" else SETTINGS
        RUNNERS[name] = TapTestRunner(ExecutableTap, config=config, parse_env_config=False)
        RUNNERS[name].sync_all()
    return RUNNERS[name]


def test_primary_keys_are_unique_and_not_null(ran: TapTestRunner) -> None:
    for stream in ran.new_tap().streams.values():
        assert stream.primary_keys
        keys = [tuple(record[name] for name in stream.primary_keys) for record in ran.records[stream.name]]
        assert len(keys) > 100
        assert len(set(keys)) == len(keys)
        assert all(part is not None for key in keys for part in key)


def test_keys_are_in_the_schema(ran: TapTestRunner) -> None:
    for stream in ran.new_tap().streams.values():
        names = {*(stream.primary_keys or ()), stream.replication_key}
        assert names <= stream.schema["properties"].keys()


def test_every_column_is_in_some_record(ran: TapTestRunner) -> None:
    for stream in ran.new_tap().streams.values():
        seen = {name for record in ran.records[stream.name] for name in record}
        assert stream.schema["properties"].keys() <= seen


def test_final_state_has_no_markers(ran: TapTestRunner) -> None:
    assert ran.raw_messages[-1]["type"] == "STATE"
    bookmarks = ran.state_messages[-1]["value"]["bookmarks"]
    assert bookmarks.keys() == {"events", "visits"}
    for bookmark in bookmarks.values():
        assert bookmark.keys() == {"replication_key", "replication_key_value", "cursor"}


def test_warnings_count() -> None:
    """Otherwise test 5 of the SDK could not fail."""
    with pytest.raises(UserWarning):
        warnings.warn(UserWarning("none"), stacklevel=1)
