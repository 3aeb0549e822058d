"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Counts what held, and says what did not."""

    name: str
    passed: int = 0
    misses: list[str] = field(default_factory=list)

    def check(self, holds: bool, miss: str) -> bool:
        if holds:
            self.passed += 1
        else:
            self.misses.append(miss)
        return holds

    def equal(self, have: object, want: object, what: str) -> bool:
        return self.check(have == want, f"{what}: {_short(have)} for {_short(want)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 300 else f"{text[:300]}..."
