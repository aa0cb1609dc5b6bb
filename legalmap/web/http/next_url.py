"""Where signing in leads: to the page that was asked for, with what was typed into its form."""

from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.web.http import posted_data


def local_path(text: str | None) -> str:
    """``text`` if it is a path on this very site, else the desk: nobody is sent elsewhere."""
    if not text or len(text) > 2_000 or not text.isascii() or not text.isprintable():
        return "/desk"
    # Browsers read a backslash as a slash, and two slashes as another host.
    if "\\" in text or not text.startswith("/") or text.startswith("//"):
        return "/desk"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/desk"
    return "/desk" if parts.scheme or parts.netloc else text


def destination() -> str:
    """Where this request wants to be led in the end."""
    return local_path(request.form.get("next") or request.args.get("next"))


def carried_form() -> str:
    """What was typed before somebody had to sign in, and is carried along."""
    return request.form.get(posted_data.KEPT, "")


def welcome(after: str) -> Response:
    """On to where they were going; whoever was in the middle of a form gets it back."""
    if not carried_form() or not posted_data.is_written(after):
        return redirect(after, code=303)
    form = posted_data.from_json(carried_form())
    page = render_template("people/sign_in/resume.html", kept=posted_data.to_json(form), path=after)
    return make_response(page)
