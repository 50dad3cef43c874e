"""A document as PDF, if the package PlutoPrint is installed: see docs/meetings.md."""

from importlib.util import find_spec
from io import BytesIO


def can_write_pdf() -> bool:
    """Return whether this demo can write PDF; without it, every browser prints the document to a PDF."""
    return find_spec("plutoprint") is not None


def write_pdf(document: str) -> bytes:
    """Return the A4 pages of a document. Nothing is fetched while they are laid out."""
    import plutoprint

    class NoNetwork(plutoprint.ResourceFetcher):
        """The pictures of a document are in it; anything else is refused."""

        def fetch_url(self, url: str) -> plutoprint.ResourceData:
            if url.startswith("data:image/"):
                return plutoprint.default_resource_fetcher.fetch_url(url)
            raise ValueError("A document fetches nothing.")

    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, media=plutoprint.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = NoNetwork()
    book.load_html(document)
    target = BytesIO()
    book.write_to_pdf_stream(target)
    return target.getvalue()
