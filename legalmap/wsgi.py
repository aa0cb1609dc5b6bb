"""The entry point for any WSGI server: ``legalmap.wsgi:app``."""

from legalmap.app import create_app

app = create_app(serving=True)
