"""What the server loads: the residents' site as the environment sets it up."""

from portal.site import create
from web import settings
from web.running import database, open_storage

_settings = settings.read()
app = create(_settings, open_storage(_settings), lifespan=[database])
