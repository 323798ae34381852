"""样例: the fictional demo county. National rules; its policy parameters are invented and marked unverified."""

from msgspec import structs

from domain.local import national
from domain.local.definition import Profile

PROFILE: Profile = structs.replace(national.PROFILE, code="sample", title="样例县")
