"""Both sites, as their own tests have them."""

from tests.backoffice.conftest import clerk, office, reviewer
from tests.portal.conftest import town

__all__ = ["clerk", "office", "reviewer", "town"]
