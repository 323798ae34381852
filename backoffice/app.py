"""What the server loads: the staff site as the environment sets it up."""

from granian.utils.proxies import wrap_asgi_with_proxy_headers

from backoffice.site import create
from web import settings
from web.running import database, open_storage

_settings = settings.read()
# The TLS proxy beside it says where a login comes from: the limit of one address must not shut out everybody.
app = wrap_asgi_with_proxy_headers(create(
    open_storage(_settings), portal_url=_settings.portal_url, secure=_settings.secure_cookies, lifespan=[database]
))  # fmt: skip
