"""Is a database as media VM needs it (contract §9)? Facts in, lines out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from media_vm.rules.checkup import Line, ok, problem, warning
from media_vm.rules.units import size_told

CLAIMS_INDEX: Final = ("due_at", "id")
ENOUGH_PACKET: Final = 16 * 1024 * 1024
"""Bytes of `max_allowed_packet`. A row with both raw answers of vision and their texts takes up to 8 MB; 16 MB has
been MariaDB's default since 10.2."""
DOES: Final = ("INSERT", "UPDATE", "DELETE")
BESIDE: Final = 10
"""Connections for a backup, commands and an administrator, who want one just when there are none left."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a MariaDB or MySQL says of itself. isolation: of a transaction of ours, as `READ-COMMITTED`.
    binlog: its format, None where none is written. other_…: tables of ours that are not as they should be.
    connections: at once, of everybody; of_one_user: of ours, 0 where there is no such limit."""

    isolation: str
    charset: str
    other_charsets: tuple[str, ...]
    other_engines: tuple[str, ...]
    packet: int
    binlog: str | None
    flushes: int
    connections: int
    of_one_user: int


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """product: as `MariaDB 10.11.6`. needed, revision: of migrations. indexes: the columns of each index of the
    checklist. refused: what we may not do, of `DOES`. journal: SQLite's mode. server: None of SQLite.
    awaits_adoption: rows were taken over, and the files that belong to them not yet. needs_take_over: the tables
    are those of the system before ours. missing: tables that this version has, and it has not."""

    place: str
    product: str
    needed: str
    revision: str | None
    indexes: tuple[tuple[str, ...], ...]
    refused: tuple[str, ...]
    too_old: str | None = None
    journal: str | None = None
    server: ServerFacts | None = None
    awaits_adoption: bool = False
    needs_take_over: bool = False
    missing: tuple[str, ...] = ()

    @property
    def is_migrated(self) -> bool:
        """A newer revision will do (`engine.require_migrated`)."""
        return self.revision is not None and self.revision >= self.needed


def lines_of_database(facts: DatabaseFacts) -> Iterator[Line]:
    """Everything about a database that answered."""
    if facts.too_old:
        yield problem("database", facts.too_old, "upgrade the database server")
    else:
        yield ok("database", f"{facts.product} at {facts.place} answers")
    yield _migrated(facts)
    if facts.is_migrated and not facts.missing:
        yield _index(facts)
        yield _rights(facts)
    if facts.awaits_adoption:
        yield _adoption()
    if facts.journal is not None:
        yield _journal(facts.journal)
    if facts.server is not None:
        yield from _of_server(facts.server)


def _migrated(facts: DatabaseFacts) -> Line:
    what = "database: tables"
    if facts.is_migrated and facts.missing:
        return problem(
            what,
            f"at revision {facts.revision}, but not there: {', '.join(facts.missing)}",
            "their rows are lost with them: `media-vm restore` a whole backup",
        )
    if facts.is_migrated:
        return ok(what, f"at revision {facts.revision}")
    if facts.needs_take_over:
        return problem(
            what,
            f"these are of the system before media VM; this version needs {facts.needed}",
            "stop that system, make a backup, look at `media-vm migrate --check`, then run "
            f"`media-vm migrate --take-over`{_as_owner(facts)}; else let DATABASE_URL name another database",
        )
    found = f"at revision {facts.revision}" if facts.revision else "there are none"
    return problem(
        what, f"{found}; this version needs {facts.needed}", f"run `media-vm migrate`{_as_owner(facts)}"
    )


def _as_owner(facts: DatabaseFacts) -> str:
    """SQLite has no users."""
    return ", with the URL of the tables' owner as DATABASE_URL" if facts.server is not None else ""


def _index(facts: DatabaseFacts) -> Line:
    what = "database: index of the claim"
    if any(one[:2] == CLAIMS_INDEX for one in facts.indexes):
        return ok(what, "processing_checklist (due_at, id) is there")
    return problem(
        what,
        "processing_checklist has no index on (due_at, id): every claim reads the whole table",
        "CREATE INDEX ix_processing_checklist_due ON processing_checklist (due_at, id);",
    )


def _rights(facts: DatabaseFacts) -> Line:
    what = "database: rights"
    if not facts.refused:
        return ok(what, "this user may read and write")
    verbs = ", ".join(facts.refused)
    return problem(
        what,
        f"this user, or a read-only server, refuses {verbs}",
        f"GRANT SELECT, {', '.join(DOES)} on the database to the user of DATABASE_URL; see that the server is no "
        "read-only replica, and an SQLite file writable by this user",
    )


def _adoption() -> Line:
    return warning(
        "database: taking over",
        "media of the system before media VM have their rows and not yet their files; a worker leaves them alone",
        "run `media-vm adopt`, which only looks, then `media-vm adopt --yes`",
    )


def _journal(mode: str) -> Line:
    what = "database: journal"
    if mode == "wal":
        return ok(what, "readers and the writer do not wait for each other (WAL)")
    return problem(
        what, f"the journal mode is {mode}, not wal", "put the SQLite file on a local disk: WAL works on no other"
    )


def _of_server(server: ServerFacts) -> Iterator[Line]:
    yield _isolation(server)
    yield _charset(server)
    yield _engine(server)
    yield _packet(server)
    yield _flushes(server)


def _isolation(server: ServerFacts) -> Line:
    what, level = "database: isolation", server.isolation.upper().replace(" ", "-")
    if level != "READ-COMMITTED":
        return problem(
            what,
            f"our transactions run at {level}, though READ-COMMITTED is asked for",
            "let nothing between us and the server (a pooling proxy, init_connect) set it",
        )
    if server.binlog == "STATEMENT":
        return problem(
            what,
            "binlog_format is STATEMENT, with which InnoDB refuses every write at READ-COMMITTED",
            "SET GLOBAL binlog_format = 'MIXED' (or ROW), and the same in the server's configuration",
        )
    return ok(what, "READ-COMMITTED")


def _charset(server: ServerFacts) -> Line:
    what = "database: character set"
    if server.other_charsets:
        tables = ", ".join(server.other_charsets)
        return problem(
            what,
            f"not utf8mb4: {tables}",
            "for each: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4; names beyond that set cannot be kept",
        )
    if server.charset != "utf8mb4":
        return problem(
            what,
            f"the database's default is {server.charset}, which the next migration's tables would have",
            "ALTER DATABASE … CHARACTER SET utf8mb4",
        )
    return ok(what, "utf8mb4")


def _engine(server: ServerFacts) -> Line:
    what = "database: engine"
    if not server.other_engines:
        return ok(what, "InnoDB")
    return problem(
        what,
        f"not InnoDB, so without transactions: {', '.join(server.other_engines)}",
        "for each: ALTER TABLE … ENGINE = InnoDB",
    )


def _packet(server: ServerFacts) -> Line:
    what = "database: max_allowed_packet"
    if server.packet >= ENOUGH_PACKET:
        return ok(what, size_told(server.packet))
    return problem(
        what,
        f"{size_told(server.packet)}: a picture with a long analysis cannot be written",
        f"set max_allowed_packet = {ENOUGH_PACKET} or more in the server's configuration",
    )


def _flushes(server: ServerFacts) -> Line:
    what = "database: durability"
    if server.flushes == 1:
        return ok(what, "every commit is on disk (innodb_flush_log_at_trx_commit = 1)")
    return warning(
        what,
        f"innodb_flush_log_at_trx_commit is {server.flushes}: a power cut takes the last second's commits with it",
        "set it to 1, unless the machine cannot lose its power",
    )


def line_of_connections(server: ServerFacts, held: int) -> Line:
    """held: by one worker and all processes of serve, when everything happens at once."""
    what, needed = "database: connections", held + BESIDE
    name, limit = "max_connections", server.connections
    if 0 < server.of_one_user < limit:
        name, limit = "max_user_connections", server.of_one_user
    seen = f"{name} is {limit}; a worker and serve hold up to {held}, and {BESIDE} are for commands and backups"
    if limit >= needed:
        return ok(what, seen)
    return warning(
        what,
        seen,
        f"set {name} = {needed} or more, and more where others use this server too; or lower "
        "MEDIA_VM_ITEMS_IN_FLIGHT and MEDIA_VM_CPU_SLOTS",
    )
