from tests.backoffice.conftest import administrator, clerk, head, office, reviewer
from tests.portal.conftest import town

__all__ = ["administrator", "clerk", "head", "office", "reviewer", "town"]
