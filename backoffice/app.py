"""What the server loads: the staff site as the environment sets it up."""

from backoffice.site import create
from web import settings
from web.running import database, open_storage

_settings = settings.read()
app = create(
    open_storage(_settings), portal_url=_settings.portal_url, secure=_settings.secure_cookies, lifespan=[database]
)
