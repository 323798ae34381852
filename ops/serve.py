"""`pension serve portal|backoffice|worker`: one process in the foreground, for a service manager."""

import argparse
import os

from db.embedded import EmbeddedPostgres
from ops import place, processes, settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser("serve", help="run one process of the system in the foreground")
    serve.add_argument("process", choices=("portal", "backoffice", "worker"))
    serve.set_defaults(run=main)


def main(asked: argparse.Namespace) -> int:
    command = processes.WORKER if asked.process == "worker" else processes.site(asked.process)

    async def check() -> None:
        """run_with_database has looked at the migrations, the environment and the keys."""

    with place.server() as database:
        place.run_with_database(check)
        if place.is_external():
            os.chdir(settings.TREE)
            os.execv(command.arguments[0], command.arguments)
        return _beside_private_server(command, database)


def _beside_private_server(command: processes.Command, database: EmbeddedPostgres | None) -> int:
    """The private server ends with the process that started it, so that one has to stay."""
    processes.stop_on_signals()
    group = processes.Group()
    try:
        group.start(command)
        group.wait(database)
    except processes.Stopped:
        print("stopped")
    finally:
        processes.ignore_signals()
        group.stop()
    return 0
