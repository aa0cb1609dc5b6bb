"""Where signing in leads: back to the page that was asked for, with what was typed into its form."""

from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.web.http import posted_data


def local_path(text: str | None) -> str:
    """``text`` if it is a path of this site, else the desk: no link can send people to another site."""
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
    """The page on which this request wants to end."""
    return local_path(request.form.get("next") or request.args.get("next"))


def carried_form() -> str:
    """The form, as JSON, that was typed before somebody had to sign in; empty if there was none."""
    return request.form.get(posted_data.KEPT, "")


def welcome(after: str) -> Response:
    """Lead on to a page; whoever was in the middle of a form gets a page that gives it back."""
    if not carried_form() or not posted_data.is_written(after):
        return redirect(after, code=303)
    form = posted_data.from_json(carried_form())
    page = render_template("people/sign_in/resume.html", kept=posted_data.to_json(form), path=after)
    return make_response(page)
