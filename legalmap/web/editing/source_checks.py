"""Links and the records that rest on them, and verifying many records by reading one link."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import NothingChanged, NotNow, Stale
from legalmap.domain.people.roles import Permission
from legalmap.services.editing import source_checks
from legalmap.services.editing.source_checks import MOST_LISTED
from legalmap.web.forms.base import form_page, refusals_shown_on, unix_lines
from legalmap.web.forms.verify import LinkForm
from legalmap.web.http import posted_data
from legalmap.web.http.permissions import actor, needs, reader

blueprint = Blueprint("source_checks", __name__)


@blueprint.get("/desk/sources")
@needs(Permission.PROPOSE)
def index() -> str:
    """The links that most records rest on."""
    words = " ".join(request.args.get("q", "").split())[:200]
    host = request.args.get("host", "").strip().removeprefix("www.")[:200]
    links = source_checks.links(reader(), actor(), words=words, host=host)
    return render_template(
        "editing/source_checks/index.html",
        links=links[:MOST_LISTED],
        total=len(links),
        words=words,
        host=host,
    )


@blueprint.get("/desk/sources/link")
@needs(Permission.PROPOSE)
def show() -> Response:
    """One link with its records."""
    return _page(request.args.get("url", ""), LinkForm(formdata=None))


@blueprint.post("/desk/sources/link")
@needs(Permission.PROPOSE)
def verify() -> Response:
    """Propose for each ticked record that nothing changed: one batch."""
    form = LinkForm(formdata=posted_data.sent())
    url, chosen = form.url.data or "", form.chosen()
    page = partial(_page, url, form)
    if posted_data.is_kept():
        return page(message="Here is what you ticked. Nothing has been sent yet.")
    note = unix_lines(form.note.data or "")
    with refusals_shown_on(page):
        try:
            proposed = source_checks.verify(reader(), actor(), url, chosen, note=note)
        except (Stale, NothingChanged, NotNow) as error:
            return page(409, message=f"{error} Nothing was sent.")
    flash(f"{len(proposed)} {'check waits' if len(proposed) == 1 else 'checks wait'} for review.")
    return redirect(f"/desk/batches/{proposed[0].batch}", code=303)


def _page(url: str, form: LinkForm, status: int = 200, **more: Any) -> Response:
    source, records = source_checks.resting_on(reader(), actor(), url)
    return form_page(
        "editing/source_checks/show.html",
        status,
        url=url,
        source=source,
        records=records,
        form=form,
        ticked=set(form.records.data or []),
        **more,
    )
