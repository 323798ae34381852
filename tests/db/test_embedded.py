"""The private server: what happens to it on a user's machine."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from db.embedded import ADMIN, APP, OWNER, EmbeddedError, EmbeddedPostgres, debian_binaries, find_binaries

STARTER = """
import sys, time
from pathlib import Path
from db.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pension-test-"))
    folder.chmod(0o755)  # root's server runs as another user, who must be able to enter
    yield folder / "养老 保险" / "data's place"
    shutil.rmtree(folder)


@pytest.fixture
def private(home: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(home)
    server.start()
    yield server
    server.stop()


async def ask(server: EmbeddedPostgres, sql: str, role: str = ADMIN, database: str = "postgres") -> object:
    connection = await asyncpg.connect(server.dsn(role, database))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_data_survives_kill_9_in_a_path_with_spaces_quotes_and_chinese(private: EmbeddedPostgres) -> None:
    await ask(private, "create table kept (id int)")
    await ask(private, "insert into kept select generate_series(1, 1000)")
    os.kill(postmaster(private), signal.SIGKILL)
    assert private.start() is True
    assert await ask(private, "select count(*) from kept") == 1000


async def test_a_second_start_attaches_and_a_start_after_a_stop_keeps_the_data(private: EmbeddedPostgres) -> None:
    await private.prepare()
    await ask(private, "create table kept (id int)", OWNER, "pension")
    assert EmbeddedPostgres(private.home).start() is False
    private.stop()
    assert not (private.data / "postmaster.pid").exists()
    assert private.start() is True
    assert await private.prepare() is False
    assert await ask(private, "select to_regclass('kept') is not null", OWNER, "pension") is True


async def test_two_starts_at_once_make_one_server(home: Path) -> None:
    servers = [EmbeddedPostgres(home), EmbeddedPostgres(home)]
    with ThreadPoolExecutor() as threads:
        outcomes = list(threads.map(EmbeddedPostgres.start, servers))
        assert sorted(outcomes) == [False, True]
        assert await ask(servers[1], "select 1") == 1
        servers[outcomes.index(True)].stop()


async def test_it_listens_on_a_socket_only_and_the_serving_role_owns_nothing(private: EmbeddedPostgres) -> None:
    await private.prepare()
    assert await ask(private, "show listen_addresses") == ""
    assert private.socket.stat().st_mode & 0o077 == 0
    assert await ask(private, "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user",
                     APP, "pension") is False  # fmt: skip
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(private, "create table mine (id int)", APP, "pension")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_roots_server_runs_as_somebody_without_rights_and_reads_copies(private: EmbeddedPostgres) -> None:
    status = Path(f"/proc/{postmaster(private)}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    program = Path(f"/proc/{postmaster(private)}/exe").readlink()
    assert uid != "0"
    assert program.is_relative_to("/var/lib/resident-pension")


def test_a_path_too_long_for_a_socket_is_no_obstacle(home: Path) -> None:
    server = EmbeddedPostgres(home / ("很长的路径" * 10))
    server.start()
    try:
        assert asyncio.run(ask(server, "select 1")) == 1
    finally:
        server.stop()
        server.socket.rmdir()


def test_an_interrupted_first_start_is_begun_anew(home: Path) -> None:
    server = EmbeddedPostgres(home)
    half = server.home / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert server.start() is True
    server.stop()


def test_data_of_another_major_version_is_refused_not_touched(private: EmbeddedPostgres) -> None:
    private.stop()
    (private.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedError, match="14"):
        private.start()


def test_a_server_that_cannot_start_says_where_its_log_is(private: EmbeddedPostgres) -> None:
    private.stop()
    with (private.data / "postgresql.auto.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match=r"server\.log"):
        private.start()


def test_the_server_ends_by_itself_when_the_program_that_started_it_is_killed(home: Path) -> None:
    home.mkdir(parents=True)
    command = [sys.executable, "-c", STARTER, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"started\n"
        pid = postmaster(EmbeddedPostgres(home))
        assert runs(pid)
        starter.kill()
    deadline = time.monotonic() + 20
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not runs(pid)
    assert EmbeddedPostgres(home).start() is True  # whatever became of the old process
    EmbeddedPostgres(home).stop()


def test_programs_named_wrongly_are_an_error_with_the_name(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="PENSION_PG_BIN"):
        find_binaries(tmp_path)


@pytest.mark.skipif(debian_binaries() is None, reason="no PostgreSQL of the system's own here")
async def test_the_systems_own_server_serves_as_well(home: Path) -> None:
    server = EmbeddedPostgres(home, binaries=debian_binaries())
    server.start()
    try:
        assert await server.prepare() is True
        assert await ask(server, "select current_user", APP, "pension") == APP
    finally:
        server.stop()
