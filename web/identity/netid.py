"""国家网络身份认证: a pseudonym instead of name and number, which the service itself can be asked to match.

The pseudonym is the same for one person at one site. A person therefore types name and number once; the service says
whether they are his, and the account is bound to the number (`Provider.prove`). Names of fields and ways of
authentication are unconfirmed: they are data here, to be corrected when the real interface is at hand.
"""

from msgspec import structs

from web.identity.oauth2 import Service

# R03: 网络身份码 and face; R04: 网络身份码 and password, which proves less about who holds the phone.
LEVELS = {"R03": 3, "R04": 2}


def service(base: Service) -> Service:
    return structs.replace(base, sub="pid", person="", id_number="", phone="", level="auth_mode", levels=LEVELS)
