"""Which pages of a browser may call an address that an assistant calls."""

from service.errors import Forbidden
from service.settings import Settings
from service.web.body_reader import Headers


def check_origin(headers: Headers, settings: Settings) -> None:
    """Raise Forbidden for a page of another origin than this service and those of SERVICE_CORS_ORIGINS.

    A foreign page could send a request to a service on the machine of its reader (DNS rebinding), as Streamable HTTP says.
    Programs send no Origin. The name of the host is no proof alone: without keys, the router lets local names pass only.
    """
    origin = headers.get(b"origin")
    if origin is None:
        return
    text = origin.decode("latin-1")
    own_host = headers.get(b"host", b"").decode("latin-1")
    if text not in settings.origins() and text.lower() not in {f"http://{own_host}".lower(), f"https://{own_host}".lower()}:
        raise Forbidden("Pages of this origin may not call this address. SERVICE_CORS_ORIGINS names those that may.")
