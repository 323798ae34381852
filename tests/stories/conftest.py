from tests.portal.conftest import town

__all__ = ["town"]
