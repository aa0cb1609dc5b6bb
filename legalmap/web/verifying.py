"""“I checked it: nothing changed”: a proposal that only moves the day of the last check."""

import re

from flask import Blueprint, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from legalmap.domain.errors import (
    BadQuery,
    Invalid,
    LegalmapError,
    Missing,
    NothingChanged,
    NotNow,
    Problem,
    Stale,
)
from legalmap.domain.roles import Permission
from legalmap.services import editing, verifying
from legalmap.services.editing import MAX_NOTE, Beginning
from legalmap.web.forms import typed
from legalmap.web.forms.base import Problems, unix_lines
from legalmap.web.forms.verifying import VerifyForm
from legalmap.web.guard import actor, needs, tracker
from legalmap.web.signing import ask_again
from legalmap.domain.payload import problems_of_text
