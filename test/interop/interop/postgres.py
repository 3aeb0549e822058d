"""A PostgreSQL to load into: the one that runs, or one that is started here where its programs are."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

NAME = f"tap_circle_interop_{os.getpid()}"


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    user: str
    password: str

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
            options="-c timezone=UTC",
        )


@dataclass(frozen=True)
class Database:
    """A database of this run alone."""

    server: Server
    name: str = NAME

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return self.server.connect(self.name)


@contextmanager
def database() -> Iterator[Database | None]:
    """None where there is no PostgreSQL and none can be started."""
    with _server() as server:
        if server is None:
            yield None
            return
        with server.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {NAME}")
        try:
            yield Database(server)
        finally:
            with server.connect("postgres") as connection:
                connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@contextmanager
def _server() -> Iterator[Server | None]:
    env = os.environ
    # Some targets insist on a password; a server that trusts does not look at it.
    running = Server(
        env.get("PGHOST", "127.0.0.1"),
        int(env.get("PGPORT", "5432")),
        env.get("PGUSER", "postgres"),
        env.get("PGPASSWORD", "unused"),
    )
    try:
        running.connect("postgres").close()
    except psycopg.OperationalError:
        pass
    else:
        yield running
        return
    found = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[::-1]), None)
    if found is None:
        yield None
        return
    with _started(Path(found).parent) as started:
        yield started


@contextmanager
def _started(programs: Path) -> Iterator[Server]:
    """A server in a folder that goes with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    # PostgreSQL refuses to run as root.
    other_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="interop-postgres-") as folder:
        if other_user:
            os.chown(folder, 65534, 65534)
        data = f"{folder}/data"
        run = [*other_user, str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        flags = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        control = [*other_user, str(programs / "pg_ctl"), "-D", data, "-w"]
        start = [*control, "-l", f"{folder}/log", "-o", flags, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        try:
            yield Server("127.0.0.1", port, "postgres", "unused")
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
