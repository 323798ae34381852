from tests.backoffice.conftest import office

__all__ = ["office"]
