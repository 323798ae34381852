"""What Piccolo looks for (PICCOLO_CONF=db.piccolo_conf), and the one place of db that reads the environment."""

import os

from piccolo.conf.apps import AppRegistry

from db.engine import DB

__all__ = ["APP_REGISTRY", "DB", "database_url"]

APP_REGISTRY = AppRegistry(apps=["db.piccolo_app"])


def database_url() -> str:
    """The serving role's address. Raises RuntimeError when DATABASE_URL is not set."""
    try:
        return os.environ["DATABASE_URL"]
    except KeyError:
        raise RuntimeError("DATABASE_URL is not set: start through ./pension, or name the server") from None
