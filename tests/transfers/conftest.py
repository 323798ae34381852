from tests.case.conftest import county

__all__ = ["county"]
