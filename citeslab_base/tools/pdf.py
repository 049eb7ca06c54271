"""HTML to PDF by WeasyPrint, where the host has it."""

import logging
from functools import cache


@cache
def _weasyprint():
    """The library, or ``None``; loaded by the first print, not by Odoo's start."""
    _hush()
    try:
        import weasyprint
    except (ImportError, OSError):  # OSError: the package is there, Pango is not
        return None
    _hush()  # its own loading sets the level of its loggers
    return weasyprint


def _hush():
    """It reports its progress, and every CSS property meant for the other engine."""
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def is_available():
    """Whether this host can print with WeasyPrint."""
    return _weasyprint() is not None


def print_html(html):
    """PDF of a self-contained HTML document, tagged for screen readers.

    :param html: str or bytes; only ``data:`` addresses are read, anything
        else is left out, so that a document never calls an outside server.
    :return: bytes
    """
    text = html.decode() if isinstance(html, bytes) else str(html)
    document = _weasyprint().HTML(string=text, url_fetcher=_fetcher())
    return document.write_pdf(pdf_tags=True)


def _fetcher():
    urls = _weasyprint().urls
    if hasattr(urls, "URLFetcher"):
        return urls.URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    return _fetch_data_only


def _fetch_data_only(url, *args, **kwargs):
    """The same for WeasyPrint before its fetcher became a class."""
    if not url.lower().startswith("data:"):
        raise ValueError(f"Only data: addresses are read, not {url[:80]}")
    return _weasyprint().default_url_fetcher(url, *args, **kwargs)
