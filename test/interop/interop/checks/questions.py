"""The questions of docs/sql.md, answered from the sandbox's own rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from interop.instants import text_of
from interop.records import Record

Answer = Sequence[tuple[object, ...]]
Rows = Mapping[str, Sequence[Record]]

MEMBER = "payload__initiator__id"
COURSE = {"courses.lesson.completed", "courses.section.completed", "courses.completed"}


def daily_active_members(rows: Rows) -> Answer:
    days: dict[str, set[str]] = {}
    for row in [*rows["events"], *rows["visits"]]:
        members = days.setdefault(text_of(row["triggered_at"])[:10], set())
        if MEMBER in row:
            members.add(str(row[MEMBER]))
    return [(day, len(members)) for day, members in days.items()]


def posts_by_space(rows: Rows) -> Answer:
    posts = [row for row in rows["events"] if row["name"] == "post.basic.published"]
    counts = Counter((row["payload__space__id"], row["payload__space__name"]) for row in posts)
    return [(space, name, count) for (space, name), count in counts.items()]


def course_completion(rows: Rows) -> Answer:
    seen: dict[tuple[object, object], bool] = {}
    for row in rows["events"]:
        if row["name"] in COURSE:
            key = (row["payload__space__id"], row[MEMBER])
            seen[key] = seen.get(key, False) or row["name"] == "courses.completed"
    started = Counter(course for course, _ in seen)
    completed = Counter(course for (course, _), whole in seen.items() if whole)
    return [(course, count, completed[course]) for course, count in started.items()]


def tie_out(rows: Rows) -> Answer:
    return [(name, count, count) for name, count in Counter(row["name"] for row in rows["events"]).items()]


# By the headings of docs/sql.md.
QUESTIONS: dict[str, Callable[[Rows], Answer]] = {
    "Daily active members": daily_active_members,
    "Posts by space": posts_by_space,
    "Course completion": course_completion,
    "Tie-out of counts": tie_out,
}
