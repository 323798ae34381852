"""The staff site as it is, only with small files."""

from backoffice.app import app
from tests.payments import acting

acting.in_small_parts()

__all__ = ["app"]
