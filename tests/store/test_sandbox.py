"""A person's own SQL: it reads the store's tables, and nothing else happens whatever it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ground import Ground, a_request
from vedette.store.query import QueryError, QueryMemoryError, QueryTimeoutError


@pytest.fixture
def filled(ground: Ground) -> Ground:
    """Give a ground with one request in a part and one in the journal."""
    ground.record([a_request(1)])
    ground.drain_all()
    ground.record([a_request(2)])
    return ground


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "select count(*) from requests",
        "WITH a AS (SELECT * FROM requests) SELECT count(*) FROM a",
        "FROM requests",
        "VALUES (1)",
        "DESCRIBE requests",
        "SUMMARIZE requests",
        "SHOW TABLES",
        "EXPLAIN SELECT * FROM requests",
        "EXPLAIN ANALYZE SELECT * FROM requests",
        "-- a comment\nSELECT 1;",
    ],
)
def test_reading_is_allowed(filled: Ground, sql: str) -> None:
    filled.store.sql(sql)


ATTACKS = [
    "",
    ";",
    "SELEC 1",
    "SELECT 1; SELECT 2",
    "INSERT INTO requests SELECT * FROM requests",
    "UPDATE requests SET status = 1",
    "DELETE FROM requests",
    "DROP VIEW requests",
    "DROP TABLE tail_requests",
    "CREATE TABLE x AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "ATTACH '{dir}/new.db'",
    "ATTACH '{dir}/state.sqlite3' (TYPE sqlite)",
    "COPY (SELECT 1) TO '{dir}/out.csv'",
    "COPY (SELECT 1) TO '{parts}/out.parquet'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{parts}/out.parquet'",
    "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{parts}/out.parquet'",
    "explain  analyze\n/* */ COPY (SELECT 1) TO '{parts}/out.parquet'",
    "/* */ EXPLAIN ANALYZE COPY (SELECT 1) TO '{parts}/out.parquet'",
    "WITH a AS (COPY (SELECT 1) TO '{parts}/out.parquet') SELECT * FROM a",
    "EXPLAIN ANALYZE WITH a AS (COPY (SELECT 1) TO '{parts}/out.parquet') SELECT 1",
    "SELECT * FROM query('WITH a AS (COPY (SELECT 1) TO ''{parts}/out.parquet'') FROM a')",
    "WITH a AS (DELETE FROM tail_requests RETURNING *) SELECT * FROM a",
    "WITH a AS (INSERT INTO tail_requests FROM tail_requests RETURNING *) SELECT * FROM a -- requests",
    "EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO '{parts}/out.parquet'",
    "EXPORT DATABASE '{parts}/all'",
    "PRAGMA database_list",
    "SET memory_limit = '100GB'",
    "RESET memory_limit",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CALL pragma_version()",
    "USE memory",
    "CHECKPOINT",
    "BEGIN",
    "PREPARE x AS SELECT 1",
    "EXECUTE x",
    "VACUUM",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_text('{dir}/secret.txt')",
    "SELECT * FROM read_parquet('{dir}/other/*.parquet')",
    "SELECT * FROM read_json('{dir}/journal/*.jsonl')",
    "SELECT * FROM read_text('{parts}/../secret.txt')",
    "SELECT * FROM read_text('{parts}/requests/../../secret.txt')",
    "SELECT * FROM read_text('{parts}-other/secret.txt')",
    "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    "SELECT * FROM sqlite_scan('{dir}/state.sqlite3', 'vedette_part')",
    "SELECT getenv('HOME')",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{parts}/out.parquet''')",
    "SELECT * FROM nothing",
    "SELECT * FROM requests WHERE",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_anything_else_is_refused_and_the_next_query_still_works(filled: Ground, attack: str) -> None:
    (filled.directory / "secret.txt").write_text("the secret")
    outside = filled.directory / "parts-other"
    outside.mkdir()
    (outside / "secret.txt").write_text("the secret")
    before = files_in(filled.directory)
    with pytest.raises(QueryError):
        filled.store.sql(attack.format(dir=filled.directory, parts=filled.parts_dir))
    assert files_in(filled.directory) == before
    assert filled.request_ids() == ["r1", "r2"]


def files_in(directory: Path) -> list[str]:
    return sorted(str(path) for path in directory.rglob("*") if path.is_file())


def test_a_link_out_of_the_store_leads_nowhere(filled: Ground) -> None:
    secret = filled.directory / "secret.txt"
    secret.write_text("the secret")
    with pytest.raises(QueryError):
        filled.store.sql(f"SELECT * FROM read_text('{secret}')")


@pytest.mark.parametrize(
    "endless",
    [
        "SELECT count(*) FROM range(100000000000) a, range(100) b WHERE a.range % 7 = b.range % 5",
        "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT count(*) FROM a",
    ],
)
def test_what_never_ends_is_stopped(filled: Ground, endless: str) -> None:
    with pytest.raises(QueryTimeoutError):
        filled.store.sql(endless, timeout_s=0.3)
    assert filled.request_ids() == ["r1", "r2"]


@pytest.mark.parametrize(
    "hungry",
    [
        "SELECT list(range) FROM range(300000000)",
        "SELECT * FROM range(1000000000)",
    ],
)
def test_what_eats_memory_is_stopped(filled: Ground, hungry: str) -> None:
    store = filled.new_store(memory_bytes=64 << 20)
    with pytest.raises((QueryMemoryError, QueryTimeoutError)):
        store.sql(hungry)
    assert filled.request_ids() == ["r1", "r2"]


def test_no_more_rows_come_than_were_asked_for(filled: Ground) -> None:
    assert len(filled.store.sql("SELECT * FROM range(1000000000)", max_rows=10).rows) == 10


def test_views_of_one_query_are_unknown_to_the_next(filled: Ground) -> None:
    filled.store.sql("SELECT count(*) FROM requests")
    tables = {row[0] for row in filled.store.sql("SELECT table_name FROM duckdb_tables()").rows}
    assert "tail_requests" not in tables
