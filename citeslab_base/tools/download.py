"""A file as the answer of a route: never kept by a browser, nor guessed at."""

from odoo.http import content_disposition, request


def file_response(name, content, media_type):
    """Answer of a route that hands a file over.

    :param str name: of the file, as it is saved
    :param bytes content: the file
    :param str media_type: what it is
    """
    return request.make_response(
        content,
        headers=[
            ("Content-Type", media_type),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )
