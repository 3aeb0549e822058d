#!/usr/bin/env python3
"""An independent Circle Data API, written from the public reference alone (Python 3.11, standard library only).

It shares nothing with the sandbox of this repository, so that a tap that works against both rests on the reference and
not on what one of them happens to do. Where the reference is silent, `Options` has a switch for each answer that a real
server might give. HTTP is written by hand on sockets, to be able to answer in ways that a library would not allow.

    python3 api.py --rows 1000 --link relative --created_format offset

prints the address and serves until it is stopped. Tests use `Api` in their own process, and change rows between
requests.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import dataclasses
import gzip
import json
import random
import re
import socket
import socketserver
import sys
import threading
import time
import uuid
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlsplit

NS = 1_000_000_000
EVENTS_PATH = "/api/data/v1/events"
VISITS_PATH = "/api/data/v1/community_member_visits"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The enum of the `events` parameter in the reference, in its order.
EVENT_NAMES = [
    "chat_space.chat_rooms.created",
    "chat_space.chat_rooms.message.created",
    "community_member.create",
    "community_member.destroy",
    "community_member.email_changed",
    "community_member.joined_community",
    "course.lesson.chat_rooms.created",
    "course.lesson.chat_rooms.message.created",
    "courses.completed",
    "courses.lesson.completed",
    "courses.section.completed",
    "direct_chat_rooms.created",
    "direct_chat_rooms.message.created",
    "event.ended",
    "event.published",
    "event.rsvp",
    "group_chat_rooms.created",
    "group_chat_rooms.message.created",
    "live_event.ended",
    "live_stream.chat_rooms.created",
    "live_stream.chat_rooms.message.created",
    "post.basic.published",
    "post.comment.created",
    "post.comment.liked",
    "post.liked",
    "recurring_event.rsvp",
    "space_groups.joined",
    "space_groups.left",
    "spaces.joined",
    "spaces.left",
    "tagged_member.create",
    "tagged_member.destroy",
]


@dataclass
class Options:
    """How this server reads the reference. The defaults are the plainest reading."""

    # Links.
    link: Literal["absolute", "relative", "path", "query", "opaque", "encoded", "bare", "lossy"] = "absolute"
    """`path` begins at the root, `query` is `?...` alone, `encoded` escapes everything that can be escaped, `bare`
    carries nothing but the page, `lossy` everything but sort and created_at_gt; `opaque` is `?cursor=...`."""
    pin_base: bool = False
    """Whether links carry a `base_timestamp`."""
    last: Literal["absent", "null", "empty", "null_pagination", "no_pagination"] = "absent"
    """How the last page says that there is no next one."""
    # Pages.
    max_per_page: int = 2000
    per_page_beyond: Literal["clamp", "422"] = "clamp"
    fixed_per_page: int = 0
    """Over 0: the server does not read `per_page`, and gives so many."""
    beyond_end: Literal["empty", "404", "422"] = "empty"
    # Time.
    created_format: Literal["us", "ms", "s", "ns", "offset", "mixed", "space", "ms_up"] = "us"
    gt_precision: Literal["ns", "us", "ms", "s"] = "us"
    gt_rounding: Literal["floor", "nearest"] = "floor"
    gt_ignored: bool = False
    # Order.
    sort: Literal["asked", "latest", "id", "almost", "ms"] = "asked"
    """`latest` and `id` do not read `sort`; `almost` has one pair in the wrong order; `ms` sorts by milliseconds."""
    ties: Literal["id", "insertion", "reverse", "unstable"] = "id"
    # Names.
    events_param: Literal["brackets", "ignored", "422", "after_paging"] = "brackets"
    """`after_paging`: names are filtered when the page has been cut out: pages come short, or empty."""
    hidden_ratio: float = 0.0
    """Part of the rows that take a place but are not shown: short and empty pages."""
    # Access.
    auth: Literal["any", "Bearer", "Token"] = "any"
    token: str = "token-of-the-independent-api"
    # Bodies.
    body: Literal["compact", "pretty", "crlf", "bom", "ascii", "pagination_first"] = "compact"
    extra: bool = False
    """Fields and event names that the reference does not have."""
    # HTTP.
    framing: Literal["length", "chunked", "tiny_chunks", "http10", "close"] = "length"
    header_case: Literal["title", "lower", "upper"] = "title"
    date: Literal["right", "missing", "ahead", "behind"] = "right"
    date_skew_seconds: int = 3 * 3600
    compress: bool = False
    latency: float = 0.0


@dataclass(order=True)
class Row:
    """A row as the database has it. Sorts by time, then by the tie key."""

    created: int
    tie: Any
    id: str = field(compare=False)
    stream: str = field(compare=False, default="events")
    name: str = field(compare=False, default="post.liked")
    triggered: int = field(compare=False, default=0)
    hidden: bool = field(compare=False, default=False)
    raw: str | None = field(compare=False, default=None)
    """JSON text that stands for the whole row."""
    text: str = field(compare=False, default="")
    shown: str = field(compare=False, default="")
    """created_at as it is shown."""


@dataclass
class Request:
    number: int
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    stream: str | None

    def one(self, key: str) -> str | None:
        found = [value for name, value in self.query if name == key]
        return found[-1] if found else None


@dataclass
class Answer:
    """What is sent; `None` values are left to the options."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    cut_after: int | None = None
    """Bytes of the body after which the connection is closed."""
    hang: float = 0.0
    """Seconds without a word before the answer."""
    drip: float = 0.0
    """Seconds between single bytes of the body."""
    raw: bytes | None = None
    """The whole answer as it goes over the wire."""
    framing: str | None = None


Hook = Callable[[Request], Answer | None]


def show(ns: int, form: str, seq: int = 0) -> str:
    """A time as the options want it shown."""
    if form == "mixed":
        # Only what shows the whole value: a cut one would stand before rows that it comes behind.
        form = ("us", "s" if ns % NS == 0 else "us", "offset", "ns", "space")[seq % 5]
    if form == "ms_up":
        ns = (ns + 500_000) // 1_000_000 * 1_000_000
        form = "ms"
    seconds, rest = divmod(ns, NS)
    if form == "offset":
        at = EPOCH + timedelta(seconds=seconds) + timedelta(hours=-6)
        return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{rest // 1000:06d}-06:00"
    at = EPOCH + timedelta(seconds=seconds)
    text = at.strftime("%Y-%m-%dT%H:%M:%S")
    if form == "s":
        return text + "Z"
    if form == "ms":
        return f"{text}.{rest // 1_000_000:03d}Z"
    if form == "ns":
        return f"{text}.{rest:09d}Z"
    if form == "space":
        return f"{text.replace('T', ' ')}.{rest // 1000:06d} UTC"
    return f"{text}.{rest // 1000:06d}Z"


WHEN = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$"
)


def read_time(text: str) -> int | None:
    """Nanoseconds since 1970; None where the text is no time. A `+` that arrived as a blank is no zone."""
    match = WHEN.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    except ValueError:
        return None
    delta = at - EPOCH
    ns = (delta.days * 86400 + delta.seconds) * NS + int((fraction or "0")[:9].ljust(9, "0"))
    if zone and zone not in ("Z", "z", "UTC"):
        digits = zone[1:].replace(":", "")
        shift = (int(digits[:2]) * 60 + int(digits[2:] or 0)) * 60 * NS
        ns += shift if zone[0] == "-" else -shift
    return ns


def initiator(number: int) -> dict[str, Any]:
    member = number % 997
    return {
        "type": "CommunityMember",
        "public_uid": f"{member:08x}",
        "name": f"Member {member}",
        "last_name": str(member),
        "id": member + 1,
        "first_name": "Member",
        "email": f"member{member}@example.com",
        "is_admin": member == 0,
        "is_moderator": False,
    }


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """The server and its data. `now` is its clock: the computer's, moved by `advance`."""

    def __init__(self, options: Options | None = None, seed: int = 1) -> None:
        self.options = options or Options()
        self.random = random.Random(seed)
        self.lock = threading.RLock()
        self.rows: dict[str, list[Row]] = {"events": [], "visits": []}
        self.pending: list[tuple[int, int, Row]] = []
        self.inserted = 0
        self.offset_ns = 0
        self.requests: list[Request] = []
        self.hook: Hook | None = None
        self.authorizations: list[str] = []
        self.open_connections: set[socket.socket] = set()
        api = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                api.open_connections.add(self.request)
                try:
                    api.converse(self.request)
                except (OSError, ValueError):
                    pass
                finally:
                    api.open_connections.discard(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        self.origin = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.open_connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # The data.

    def now(self) -> int:
        return time.time_ns() + self.offset_ns

    def advance(self, seconds: float) -> None:
        self.offset_ns += int(seconds * NS)

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def add(
        self,
        created: int,
        stream: str = "events",
        name: str | None = None,
        visible: int | None = None,
        raw: str | None = None,
        row_id: str | None = None,
        payload: Any = None,
    ) -> Row:
        """Adds a row; `visible` is when it can first be seen (server's clock). `raw` may hold `%ID%` and `%AT%`."""
        with self.lock:
            options = self.options
            self.inserted += 1
            seq = self.inserted
            row_id = row_id or self.new_id()
            tie: Any = {"id": row_id, "insertion": seq, "reverse": -seq, "unstable": row_id}[options.ties]
            if options.created_format != "ns":
                created = created // 1000 * 1000
            row = Row(created, tie, row_id, stream, name or "", created)
            if not name:
                if stream == "visits":
                    row.name = "community_member.visit"
                elif options.extra and seq % 11 == 0:
                    row.name = f"brand.new.event_{seq % 3}"
                else:
                    row.name = EVENT_NAMES[seq % len(EVENT_NAMES)]
            row.shown = show(created, options.created_format, seq)
            row.hidden = self.random.random() < options.hidden_ratio
            if raw is not None:
                row.text = raw.replace("%ID%", row_id).replace("%AT%", row.shown)
            else:
                row.text = self.render(row, seq, payload)
            if visible is not None and visible > self.now():
                self.pending.append((visible, seq, row))
            else:
                insort(self.rows[stream], row)
            return row

    def render(self, row: Row, seq: int, payload: Any) -> str:
        whole: dict[str, Any] = {
            "id": row.id,
            "name": row.name,
            "triggered_at": show(row.triggered - 2 * NS, self.options.created_format, seq),
            "created_at": row.shown,
            "version": "1",
        }
        if payload is not None:
            whole["payload"] = payload
        elif row.stream == "visits":
            member = initiator(seq)
            whole["payload"] = {
                "visit": {
                    "id": self.new_id(),
                    "user_agent": "Mozilla/5.0",
                    "country": "NL",
                    "region": "Utrecht",
                    "city": "’s-Graveland",
                    "community_member_id": member["id"],
                    "user_id": member["id"] + 5000,
                },
                "initiator": member,
            }
        else:
            whole["payload"] = {
                "initiator": initiator(seq),
                "space": {"type": "Space", "name": "Café 漢字 🎈", "id": seq % 50, "slug": "cafe"},
            }
        if self.options.extra:
            whole["schema_revision"] = seq
            whole["payload"]["hologram"] = {"type": "Hologram", "depth": [1, {"x": None}]}
            whole["payload"]["initiator"]["pronouns"] = "they"
        style = self.options.body
        if style in ("pretty", "crlf"):
            text = json.dumps(whole, ensure_ascii=False, indent=2)
            return text.replace("\n", "\r\n") if style == "crlf" else text
        return json.dumps(whole, ensure_ascii=style == "ascii", separators=(",", ":"))

    def fill(self, count: int, start: int, end: int, stream: str = "events", ties: float = 0.0) -> list[Row]:
        """`count` rows from `start` to `end`; a part of `ties` share the time of the one before."""
        step = max(1, (end - start) // max(1, count))
        at = start
        added: list[Row] = []
        with self.lock:
            for index in range(count):
                if index == 0 or self.random.random() >= ties:
                    at = start + index * step + self.random.randrange(step)
                added.append(self.add(at, stream))
        return added

    def remove(self, row: Row) -> bool:
        with self.lock:
            rows = self.rows[row.stream]
            for place in range(bisect_left(rows, row), len(rows)):
                if rows[place] is row:
                    del rows[place]
                    return True
                if rows[place].created != row.created:
                    break
            for place, (_, _, other) in enumerate(self.pending):
                if other is row:
                    del self.pending[place]
                    return True
            return False

    def reveal(self) -> None:
        """Shows the rows whose time to be seen has come."""
        if not self.pending:
            return
        now = self.now()
        due = [entry for entry in self.pending if entry[0] <= now]
        self.pending = [entry for entry in self.pending if entry[0] > now]
        for _, _, row in due:
            insort(self.rows[row.stream], row)

    def visible(self, stream: str) -> list[Row]:
        """All rows that can be read now."""
        with self.lock:
            self.reveal()
            return [row for row in self.rows[stream] if not row.hidden]

    # A question and its answer.

    def select(self, request: Request) -> tuple[list[Row], int, int, bool, int]:
        """The rows of a page, its number and size, whether there is a next one, and the base timestamp."""
        options = self.options
        query = list(request.query)
        cursor = request.one("cursor")
        if cursor is not None:
            try:
                kept: list[list[str]] = json.loads(base64.urlsafe_b64decode(cursor))
            except ValueError:
                raise Refused(422, "cursor is invalid") from None
            query = [(key, value) for key, value in kept]
            request = dataclasses.replace(request, query=query)

        def number(key: str, default: int) -> int:
            text = request.one(key)
            if text is None or text == "":
                return default
            if not re.fullmatch(r"-?\d+", text):
                raise Refused(422, f"{key} must be an integer")
            return int(text)

        per_page = number("per_page", options.max_per_page)
        if options.fixed_per_page > 0:
            per_page = options.fixed_per_page
        elif per_page < 1 or per_page > options.max_per_page:
            if options.per_page_beyond == "422":
                raise Refused(422, f"per_page must be from 1 to {options.max_per_page}")
            per_page = options.max_per_page
        page = max(1, number("page", 1))
        sort = request.one("sort") or "latest"
        if sort not in ("latest", "oldest"):
            raise Refused(422, "sort must be latest or oldest")

        def moment(key: str) -> int | None:
            text = request.one(key)
            if text is None or text == "":
                return None
            at = read_time(text)
            if at is None:
                raise Refused(422, f"{key} is not a date-time: {text}")
            return at

        self.reveal()
        rows = self.rows[request.stream or "events"]
        low, high = 0, len(rows)
        after = moment("created_at_gt")
        if after is not None and not options.gt_ignored:
            unit = {"ns": 1, "us": 1000, "ms": 1_000_000, "s": NS}[options.gt_precision]
            if options.gt_rounding == "nearest":
                after += unit // 2
            after = after // unit * unit
            low = bisect_right(rows, after, key=lambda row: row.created)
        base_text = request.one("base_timestamp")
        base = self.now() if base_text is None else int(float(base_text) * 1_000_000) * 1000
        if base_text is not None:
            high = bisect_left(rows, base, key=lambda row: row.created)
        since, until = moment("from_date"), moment("to_date")
        if since is not None:
            low = max(low, bisect_left(rows, since, key=lambda row: row.triggered))
        if until is not None:
            high = min(high, bisect_right(rows, until, key=lambda row: row.triggered))
        high = max(low, high)
        names = {value for key, value in query if key == "events[]"}
        if names and request.stream == "events":
            if options.events_param == "422" and not names <= set(EVENT_NAMES):
                raise Refused(422, "events contains an unknown name")
            if options.events_param in ("brackets", "422"):
                rows = [row for row in rows[low:high] if row.name in names]
                low, high = 0, len(rows)
        order = options.sort
        if order == "id":
            rows = sorted(rows[low:high], key=lambda row: row.id)
            low, high = 0, len(rows)
        elif order == "ms":
            rows = sorted(rows[low:high], key=lambda row: (row.created // 1_000_000, row.tie))
            low, high = 0, len(rows)
        elif order == "almost" and high - low > 12:
            rows = rows[low:high]
            low, high = 0, len(rows)
            place = high * 9 // 10
            rows[place], rows[place - 3] = rows[place - 3], rows[place]
        descending = sort == "latest" or order == "latest"
        count = high - low
        first = (page - 1) * per_page
        if first >= count and page > 1 and options.beyond_end != "empty":
            raise Refused(int(options.beyond_end), "Oops! Missing record. Please try again later.")
        last = min(count, first + per_page)
        if first >= count:
            taken: list[Row] = []
        elif descending:
            taken = rows[high - last : high - first][::-1]
        else:
            taken = rows[low + first : low + last]
            if options.ties == "unstable":
                taken = self.shuffled(rows, low, high, low + first, low + last)
        has_next = last < count
        if names and options.events_param == "after_paging" and request.stream == "events":
            taken = [row for row in taken if row.name in names]
        return [row for row in taken if not row.hidden], page, per_page, has_next, base

    def shuffled(self, rows: list[Row], low: int, high: int, first: int, last: int) -> list[Row]:
        """Rows of equal time in another order at every request."""
        start, end = first, last
        while start > low and rows[start - 1].created == rows[first].created:
            start -= 1
        while end < high and rows[end].created == rows[last - 1].created:
            end += 1
        stretch = rows[start:end]
        self.random.shuffle(stretch)
        stretch.sort(key=lambda row: row.created)
        return stretch[first - start : last - start]

    def link_to(self, request: Request, page: int, base: int) -> str:
        options = self.options
        query = [(key, value) for key, value in request.query if key not in ("page", "cursor")]
        cursor = request.one("cursor")
        if cursor is not None:
            query = [(k, v) for k, v in json.loads(base64.urlsafe_b64decode(cursor)) if k != "page"]
        if options.pin_base and not any(key == "base_timestamp" for key, _ in query):
            query.append(("base_timestamp", f"{base / NS:.6f}"))
        if options.link == "bare":
            query = []
        if options.link == "lossy":
            query = [(key, value) for key, value in query if key not in ("sort", "created_at_gt")]
        query.append(("page", str(page)))
        if options.link == "opaque":
            packed = base64.urlsafe_b64encode(json.dumps(query).encode()).decode()
            return f"{request.path}?cursor={packed}"
        if options.link == "encoded":

            def encode(text: str) -> str:
                return "".join(f"%{byte:02x}" for byte in text.encode())

            text = "&".join(f"{quote(key, safe='')}={encode(value)}" for key, value in query)
        else:
            text = "&".join(f"{quote(key, safe='[]')}={quote(value, safe=':+')}" for key, value in query)
        if options.link == "query":
            return f"?{text}"
        if options.link == "path":
            return f"{request.path}?{text}"
        if options.link == "relative":
            return f"{request.path.rsplit('/', 1)[1]}?{text}"
        return f"{self.origin}{request.path}?{text}"

    def answer(self, request: Request) -> Answer:
        options = self.options
        authorization = request.headers.get("authorization", "")
        self.authorizations.append(authorization)
        scheme, _, token = authorization.partition(" ")
        if (
            token != options.token
            or (options.auth != "any" and scheme != options.auth)
            or scheme not in ("Bearer", "Token")
        ):
            return problem(401, "The API token is invalid.")
        if request.method != "GET":
            return problem(405, "Method not allowed")
        if request.stream is None:
            return problem(404, "Oops! Missing record. Please try again later.")
        try:
            rows, page, _, has_next, base = self.select(request)
        except Refused as refused:
            return problem(refused.status, str(refused))
        pagination: dict[str, Any] = {}
        if has_next:
            pagination["next_page_uri"] = self.link_to(request, page + 1, base)
        elif options.last == "null":
            pagination["next_page_uri"] = None
        elif options.last == "empty":
            pagination["next_page_uri"] = ""
        if page > 1:
            pagination["previous_page_uri"] = self.link_to(request, page - 1, base)
        said: str | None = json.dumps(pagination)
        if not has_next and options.last == "null_pagination":
            said = "null"
        if not has_next and options.last == "no_pagination":
            said = None
        return Answer(body=self.body_of(rows, said))

    def body_of(self, rows: Iterable[Row], pagination: str | None) -> bytes:
        style = self.options.body
        glue = {"pretty": ",\n  ", "crlf": ",\r\n  "}.get(style, ",")
        events = '"events":[' + glue.join(row.text for row in rows) + "]"
        parts = [events] if pagination is None else [f'"pagination":{pagination}', events]
        if style != "pagination_first" and pagination is not None:
            parts.reverse()
        if self.options.extra:
            parts.append('"meta":{"events":[{"id":"not a row"}],"took_ms":3}')
        text = "{" + glue.join(parts) + "}"
        if style == "crlf":
            text = "\r\n" + text + "\r\n"
        return (b"\xef\xbb\xbf" if style == "bom" else b"") + text.encode("utf-8", "surrogatepass")

    # HTTP.

    def converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                buffer += chunk
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ", 2)
            headers = {}
            for line in lines[1:]:
                key, _, value = line.partition(":")
                headers[key.strip().lower()] = value.strip()
            parts = urlsplit(target)
            path = unquote(parts.path)
            query = parse_qsl(parts.query, keep_blank_values=True)
            stream = {EVENTS_PATH: "events", VISITS_PATH: "visits"}.get(path)
            with self.lock:
                request = Request(len(self.requests) + 1, method, path, query, headers, stream)
                self.requests.append(request)
                hook = self.hook
            answer = hook(request) if hook is not None else None
            if self.options.latency:
                time.sleep(self.options.latency)
            if answer is None:
                with self.lock:
                    answer = self.answer(request)
            if not self.send(connection, answer, headers):
                return

    def send(self, connection: socket.socket, answer: Answer, asked: dict[str, str]) -> bool:
        """Whether the connection stays open."""
        options = self.options
        if answer.hang:
            time.sleep(answer.hang)
        if answer.raw is not None:
            connection.sendall(answer.raw)
            connection.shutdown(socket.SHUT_RDWR)
            return False
        framing = answer.framing or options.framing
        body = answer.body
        headers = [("Content-Type", "application/json; charset=utf-8"), ("X-Request-Id", f"req-{len(self.requests)}")]
        named = {name.lower() for name, _ in answer.headers}
        headers = [(name, value) for name, value in headers if name.lower() not in named] + list(answer.headers)
        if options.compress and "gzip" in asked.get("accept-encoding", "") and "content-encoding" not in named:
            body = gzip.compress(body, 1)
            headers.append(("Content-Encoding", "gzip"))
        if options.date != "missing":
            skew = {"right": 0, "ahead": options.date_skew_seconds, "behind": -options.date_skew_seconds}[options.date]
            headers.append(("Date", formatdate(self.now() / NS + skew, usegmt=True)))
        stays = framing in ("length", "chunked", "tiny_chunks") and answer.cut_after is None
        if framing in ("chunked", "tiny_chunks"):
            headers.append(("Transfer-Encoding", "chunked"))
        elif framing == "length":
            headers.append(("Content-Length", str(len(body))))
        if not stays and framing != "http10":
            headers.append(("Connection", "close"))
        case: Callable[[str], str] = {"title": str, "lower": str.lower, "upper": str.upper}[options.header_case]  # type: ignore[assignment]
        version = "HTTP/1.0" if framing == "http10" else "HTTP/1.1"
        head = f"{version} {answer.status} Because\r\n" + "".join(f"{case(k)}: {v}\r\n" for k, v in headers) + "\r\n"
        connection.sendall(head.encode("latin-1"))
        if answer.drip:
            for place in range(len(body)):
                connection.sendall(body[place : place + 1])
                time.sleep(answer.drip)
        elif framing in ("chunked", "tiny_chunks"):
            size = 7 if framing == "tiny_chunks" else 30_000
            whole = body if answer.cut_after is None else body[: answer.cut_after]
            pieces = [
                b"%x\r\n%s\r\n" % (len(whole[at : at + size]), whole[at : at + size])
                for at in range(0, len(whole), size)
            ]
            connection.sendall(b"".join(pieces) + (b"0\r\n\r\n" if answer.cut_after is None else b""))
        else:
            connection.sendall(body if answer.cut_after is None else body[: answer.cut_after])
        if not stays:
            connection.shutdown(socket.SHUT_RDWR)
        return stays


def problem(status: int, message: str) -> Answer:
    body = json.dumps({"success": False, "message": message, "error_details": {}}).encode()
    return Answer(status, body)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description="An independent Circle Data API for tests")
    made.add_argument("--rows", type=int, default=1000, help="rows of each stream, over the last 30 days")
    made.add_argument("--seed", type=int, default=1)
    defaults = Options()
    for one in dataclasses.fields(Options):
        default = getattr(defaults, one.name)
        if isinstance(default, bool):
            made.add_argument(f"--{one.name}", action="store_true")
        else:
            made.add_argument(f"--{one.name}", type=type(default), default=default, help=str(one.type).replace("%", ""))
    return made


def main() -> None:
    given = vars(parser().parse_args())
    count, seed = given.pop("rows"), given.pop("seed")
    with Api(Options(**given), seed) as api:
        end = api.now()
        for stream in ("events", "visits"):
            api.fill(count, end - 30 * 86400 * NS, end - NS, stream)
        print(api.origin, flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
