"""All tables are one Piccolo app: migrations have one order, and one list of what has run."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from db.tables import TABLES

NAME = "pension"
MIGRATIONS = Path(__file__).parent / "migrations"

APP_CONFIG = AppConfig(app_name=NAME, migrations_folder_path=str(MIGRATIONS), table_classes=list(TABLES))
