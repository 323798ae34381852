"""临沂: 临政办字〔2012〕3号; what it says of these items the 规程 of 2019 has replaced."""

from msgspec import structs

from domain.local import national
from domain.local.definition import Profile

PROFILE: Profile = structs.replace(national.PROFILE, code="linyi", title="临沂")
