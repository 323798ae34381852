"""Property tests take as long as a busy machine needs; only a wrong answer fails them."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
