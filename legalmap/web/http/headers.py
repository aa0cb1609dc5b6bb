"""Response headers: security for everything, freshness and an ETag for pages readers may keep."""

from flask import Flask, Response, request

from legalmap.web.http import session
from legalmap.web.http.wsgi import READY

YEAR = 31_536_000
SHARED = "public, max-age=1, stale-if-error=86400"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
PERMISSIONS_POLICY = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"


def register(app: Flask) -> None:
    """Send the headers with every answer."""
    app.after_request(_secure)
    app.after_request(_keep)
    app.after_request(_share)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR


def _secure(response: Response) -> Response:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    # What stands in front of Flask codes what gains by it.
    response.vary.add("Accept-Encoding")
    # The server dates each answer when it leaves; this one may be kept and leave again.
    headers.pop("Date", None)
    if request.endpoint == "static" and response.status_code in (200, 304):
        # A style sheet or script is no document: what rules documents would only make it longer.
        return response
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Permissions-Policy"] = PERMISSIONS_POLICY
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return response


def _share(response: Response) -> Response:
    """What is made once for all readers may be kept for a second by caches that many share.

    Browsers go by Cache-Control; a cache in front of us goes by this (RFC 9213), so that a day of news
    costs us one answer a second, and what was published shows within one.
    """
    if request.environ.get(READY) and response.status_code in (200, 304) and not session.account():
        response.headers["CDN-Cache-Control"] = SHARED
    return response


def _keep(response: Response) -> Response:
    """Pages may be kept but must be checked with us, so that a publication shows at once."""
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        if "v" in request.args:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
            # The same in a form that would be another a second later.
            response.headers.pop("Expires", None)
            request.environ[READY] = True
        return response
    if response.headers.get("Cache-Control"):
        return response
    response.vary.add("Cookie")
    public = request.method in ("GET", "HEAD") and not session.account() and _is_page(response)
    if not public or response.status_code != 200:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _is_page(response: Response) -> bool:
    return (
        not request.path.startswith(("/desk", "/sign-", "/join/", "/recover/"))
        and "Set-Cookie" not in response.headers
    )
