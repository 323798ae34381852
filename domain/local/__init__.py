"""Where a place differs from the national 规程: data, each value citing its source."""

from domain.local import hunan, hunan_2014, linyi, national, sample, songshan
from domain.local.definition import PaymentDays, Profile, Switch

__all__ = ["PROFILES", "PaymentDays", "Profile", "Switch", "profile"]

PROFILES: tuple[Profile, ...] = (
    national.PROFILE,
    hunan.PROFILE,
    hunan_2014.PROFILE,
    songshan.PROFILE,
    linyi.PROFILE,
    sample.PROFILE,
)

_BY_CODE = {each.code: each for each in PROFILES}


def profile(code: str) -> Profile:
    """KeyError for an unknown code: the code comes from the installation, never from a form."""
    return _BY_CODE[code]
