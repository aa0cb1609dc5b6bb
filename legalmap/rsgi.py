"""The entry point for granian, which ``legalmap run`` starts: the site behind its cache and limits."""

from legalmap.app import create_app
from legalmap.web.http.front import Front


def application() -> Front:
    """The RSGI application, made once in each process before its first request."""
    return Front(create_app(serving=True))
