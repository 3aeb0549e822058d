"""Instants as whole microseconds since 1970, and what some stores make of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TimeRule = Callable[[str], int]


def micros(value: str | datetime) -> int:
    """Without an offset it is UTC."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return (at - _EPOCH) // timedelta(microseconds=1)


def text_of(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def exact(text: str) -> int:
    """The same instant."""
    return micros(text)


def four_digits(text: str) -> int:
    """The same instant, cut to four digits of a second."""
    return micros(text) // 100 * 100


def offset_ignored(text: str) -> int:
    """The clock's digits alone: PostgreSQL takes a text with an offset for a `timestamp without time zone` so."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=None))
