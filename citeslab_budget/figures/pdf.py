"""HTML to PDF by WeasyPrint, where the host has it."""

import logging


def _hush():
    """It reports its progress, and every CSS property meant for the other engine."""
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


_hush()
try:
    import weasyprint
except (ImportError, OSError):  # OSError: the package is there, Pango is not
    weasyprint = None
_hush()  # its own loading sets the level of its loggers


def is_available():
    """Whether this host can print with WeasyPrint."""
    return weasyprint is not None


def print_html(html):
    """PDF of a self-contained HTML document; no outside address is ever read.

    :param html: str or bytes, images as ``data:`` addresses
    :rtype: bytes
    """
    text = html.decode() if isinstance(html, bytes) else str(html)
    fetcher = _fetch_data_only
    if hasattr(weasyprint.urls, "URLFetcher"):
        fetcher = weasyprint.urls.URLFetcher(
            allowed_protocols={"data"}, allow_redirects=False
        )
    return weasyprint.HTML(string=text, url_fetcher=fetcher).write_pdf(pdf_tags=True)


def _fetch_data_only(url, *args, **kwargs):
    if not url.lower().startswith("data:"):
        raise ValueError(f"Only data: addresses are read, not {url[:80]}")
    return weasyprint.default_url_fetcher(url, *args, **kwargs)
