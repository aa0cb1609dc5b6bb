"""The command line. Exit status 2 with a line for each problem on misuse, 1 if a check finds a fault."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from legalmap import __version__, clock
from legalmap.config import Settings, files_folder, jobs_url, releases_folder, secret_key
from legalmap.domain.errors import Invalid, LegalmapError, Missing
from legalmap.domain.people.roles import Role
from legalmap.services.core import topic_files
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import file_import, suggestions
from legalmap.services.exporting import data_package, formats, releases
from legalmap.services.exporting.files import Files
from legalmap.services.exporting.made_file import File
from legalmap.services.maintenance import (
    copy_database,
    data_release,
    first_load,
    fit_check,
    integrity_check,
)
from legalmap.services.notifying import mail_delivery, webhook_delivery, webhooks
from legalmap.services.people import accounts
from legalmap.services.places import place_names, point_index
from legalmap.services.reading.reader import Reader, asked_day
from legalmap.store import schema
from legalmap.store.engine import Store

# How many codes a line names before it counts the others.
MOST_SHOWN = 10


class _Clear(click.Group):
    """A group that prints our own errors as lines for people and exits with status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Invalid as error:
            _say([f"{problem.field}: {problem.message}" for problem in error.problems])
        except LegalmapError as error:
            near = error.near if isinstance(error, Missing) else ()
            _say([f"{error} Did you mean: {', '.join(near)}?" if near else f"{error}"])
        sys.exit(2)


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _require_sound(faults: list[str]) -> None:
    """Exit with status 1 and print each fault on a line, if there are any."""
    _say(faults)
    if faults:
        sys.exit(1)


@contextmanager
def _tracker(*, current: bool = True, listen: bool = False) -> Iterator[Tracker]:
    settings = Settings.from_environment()
    store = Store(settings.database_url, mails=settings.mail is not None)
    try:
        if current:
            schema.require_current(store)
        yield Tracker(store, listen=listen)
    finally:
        store.close()


@click.group(cls=_Clear, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="legalmap")
def main() -> None:
    """A tracker of legal status per jurisdiction.

    The database is legalmap.sqlite3 in this folder unless LEGALMAP_DATABASE_URL says otherwise.
    """


@main.command()
@click.option("--if-missing", is_flag=True, help="Do nothing if there is a database already.")
def init(if_missing: bool) -> None:
    """Make the database and load data/ as revision 0 of every record."""
    with _tracker(current=False) as tracker:
        if if_missing and first_load.is_initialised(tracker):
            return
        total = first_load.shipped_count()
        with click.progressbar(length=total, label="Loading data/", file=sys.stderr) as bar:
            records = first_load.initialise(tracker, lambda _what, how_many: bar.update(how_many))
        point_index.share_in(files_folder(Settings.from_environment(), tracker.store))
        place_names.share_in(files_folder(Settings.from_environment(), tracker.store))
        point_index.prepare()
        place_names.prepare()
    click.echo(f"Ready: {records} records.")


@main.command()
@click.option("--demo", is_flag=True, help="Add sign-ins for two people and print them.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--connections",
    default=5_000,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Open at a time in each worker: who asks for much and does not read holds 1 MB for 30 s.",
)
def run(demo: bool, host: str, port: int, workers: int, connections: int) -> None:
    """Serve the site."""
    loopback = _is_loopback(host)
    if demo and not loopback:
        raise Invalid.at("--host", "--demo serves this machine only: use 127.0.0.1.")
    settings = Settings.from_environment()
    if demo and settings.behind_proxy:
        raise Invalid.at("--demo", "A demo serves this machine only: unset LEGALMAP_BEHIND_PROXY.")
    # The workers are processes of their own and read their settings from the environment.
    os.environ["LEGALMAP_DEMO"] = "1" if demo else "0"
    with _tracker() as tracker:
        fit_check.require_fit(tracker)
        secret_key(settings, tracker.store)  # made before several workers would
        if folder := files_folder(settings, tracker.store):
            # Made once here if it is missing; every worker then maps the same file into memory.
            point_index.share_in(folder)
            place_names.share_in(folder)
            point_index.prepare()
            place_names.prepare()
        if demo:
            _print_demo(accounts.make_demo_people(tracker))
        else:
            accounts.disable_demo_people(tracker)
    if loopback:
        # Browsers refuse Secure cookies over plain HTTP, which is all that is served on loopback.
        os.environ.setdefault("LEGALMAP_SECURE_COOKIES", "0")
    _serve(host, port, workers, connections)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _print_demo(people: list[accounts.Credentials]) -> None:
    click.echo("Demo sign-ins, for this machine only:")
    for person in people:
        click.echo(f"  {person.handle:10}  {person.password}  ({person.role})")
    click.echo("Propose a change as one, review it as the other: nobody reviews their own work.")


def _serve(host: str, port: int, workers: int, connections: int) -> None:
    from legalmap.web.http.server import serve  # noqa: PLC0415 - only this command needs the server

    def announce() -> None:
        click.echo(f"Open http://{host}:{port}  (stop with Ctrl-C)")

    serve("legalmap.rsgi:application", host, port, workers, connections, announce)


@main.group()
def account() -> None:
    """Add, list, disable and reset the people who propose and review."""


@account.command("add")
@click.argument("handle")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="contributor")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def account_add(handle: str, role: str, password_stdin: bool) -> None:
    """Add a person; the password is made and printed once unless it is given."""
    with _tracker() as tracker:
        credentials = accounts.add(tracker, handle, Role(role), _password(password_stdin))
    _print_credentials(credentials, given=password_stdin)


def _password(from_stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\n") if from_stdin else None


def _print_credentials(credentials: accounts.Credentials, *, given: bool) -> None:
    shown = "the password you gave" if given else credentials.password
    click.echo(f"{credentials.handle} ({credentials.role}): {shown}")


@account.command("list")
def account_list() -> None:
    """List all people, a line each."""
    with _tracker() as tracker:
        for person in accounts.everyone(tracker):
            state = "active" if person.is_active else "disabled"
            click.echo(f"{person.handle:20} {person.role:12} {state}")


@account.command("disable")
@click.argument("handle")
def account_disable(handle: str) -> None:
    """End a person's sessions and let them sign in no more; what they did stays."""
    with _tracker() as tracker:
        accounts.disable(tracker, handle)
    click.echo(f"{handle} is disabled.")


@account.command("reset")
@click.argument("handle")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--second-factor", is_flag=True, help="Also take away every second factor.")
def account_reset(handle: str, password_stdin: bool, second_factor: bool) -> None:
    """Give a person a new password and let them sign in again."""
    with _tracker() as tracker:
        password = _password(password_stdin)
        credentials = accounts.reset(tracker, handle, password, factors_too=second_factor)
    _print_credentials(credentials, given=password_stdin)


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "handle", required=True, help="The account that proposes the changes.")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
def import_(file: Path, handle: str, dry_run: bool) -> None:
    """Put the changes of a CSV, JSON or NDJSON FILE into the queue: as proposals, never publications."""
    with _tracker() as tracker:
        actor = accounts.active(tracker, handle)
        if dry_run:
            _print_plan(file_import.plan(tracker, actor, file.read_bytes()))
            return
        proposals = file_import.import_file(tracker, actor, file.read_bytes())
    click.echo(f"{len(proposals)} proposals wait for review: batch {proposals[0].batch}.")


def _print_plan(plan: file_import.Plan) -> None:
    """Print each proposal with the fields it would change; raise Invalid if the plan has problems."""
    if plan.problems:
        raise Invalid(plan.problems)
    for item in plan.planned:
        click.echo(f"line {item.number}: {item.proposal.topic}/{item.proposal.jurisdiction}")
        for change in item.changes:
            click.echo(f"  {change.kind} {change.field}")
    unchanged = f", {plan.unchanged} say what is published" if plan.unchanged else ""
    click.echo(f"{len(plan.planned)} proposals would be made{unchanged}. Nothing was sent.")


@main.command()
@click.argument("topic", required=False)
@click.option(
    "--format", "form", type=click.Choice([*formats.FORMATS, "datapackage"]), default="json"
)
@click.option("--as-of", help="The day whose law is asked for; today by default.")
@click.option("--known-at", help="A feed number or instant; now by default.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--site", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
def export(
    topic: str | None,
    form: str,
    as_of: str | None,
    known_at: str | None,
    output: Path | None,
    site: Path | None,
) -> None:
    """Write a TOPIC as the site serves it, to standard output or a file.

    With --format datapackage all topics in one zip; with --site the whole public API and every bulk
    file as static files in a folder.
    """
    if site is not None:
        _export_site(site, [topic, as_of, known_at, output])
        return
    with _tracker() as tracker:
        reader, day = Reader(tracker), asked_day(as_of).day
        if form == "datapackage":
            file = _packaged(reader, topic, known_at, day)
        elif topic is None:
            raise Invalid.at("TOPIC", f"Name one of: {', '.join(tracker.topics)}.")
        else:
            file = Files().of(reader.edition(topic, known_at), day, form)
        _write(file, output)


def _write(file: File, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.writelines(file.parts())
        return
    # The old file stays in place until the new one is complete.
    part = output.with_name(f"{output.name}.part")
    with part.open("wb") as out:
        out.writelines(file.parts())
    part.replace(output)
    click.echo(f"{output}: {file.length:,} bytes, feed number {file.feed_no}.", err=True)


def _packaged(reader: Reader, topic: str | None, known_at: str | None, day: date) -> File:
    if topic is not None:
        raise Invalid.at("TOPIC", "A data package holds all topics: leave the topic out.")
    first, *others = reader.tracker.topics
    editions = [reader.edition(first, known_at)]
    # “Now” may move on between two reads: all topics take the feed number of the first.
    editions += [reader.edition(other, str(editions[0].feed_no)) for other in others]
    return data_package.zipped(editions, day, Files())


def _export_site(folder: Path, others: list[object]) -> None:
    from legalmap.app import create_app  # noqa: PLC0415 - only this command and run need the web
    from legalmap.web import static_site  # noqa: PLC0415

    if any(other is not None for other in others):
        raise Invalid.at("--site", "It writes everything as it stands now: give nothing else.")
    site = static_site.write(create_app(), folder)
    total = sum(frozen.bytes for frozen in site.files)
    click.echo(f"{folder}: {len(site.files):,} files, {total:,} bytes, feed number {site.feed_no}.")


@main.command()
@click.argument("name")
def release(name: str) -> None:
    """Freeze every file, with hashes, changes and citation, as release NAME, such as 2026.11."""
    settings = Settings.from_environment()
    with _tracker() as tracker:
        folder = releases.freeze(Reader(tracker), releases_folder(settings, tracker.store), name)
    click.echo(f"{folder}: {len(list(folder.iterdir()))} files, never to be written again.")


@main.group()
def webhook() -> None:
    """Add, list, remove and replay the addresses that hear of each publication."""


@webhook.command("add")
@click.argument("url")
@click.option("--topic", help="Only what is published on this topic.")
def webhook_add(url: str, topic: str | None) -> None:
    """Let URL hear of everything published from now on; prints the secret of its signatures once."""
    loopback = Settings.from_environment().webhooks_to_loopback
    with _tracker() as tracker:
        added = webhooks.add(tracker, url, topic, loopback=loopback)
    click.echo(f"webhook {added.id} from feed number {added.delivered_feed_no} on: {added.secret}")


@webhook.command("list")
def webhook_list() -> None:
    """List all webhooks, a line each, with how far each has come."""
    with _tracker() as tracker:
        head = Reader(tracker).head()
        for hook in webhooks.everyone(tracker):
            state = "active" if hook.disabled_at is None else "disabled"
            failed = f"  {hook.failures} failures: {hook.last_error}" if hook.failures else ""
            how_far = f"{hook.delivered_feed_no} of {head}"
            click.echo(f"{hook.id:4} {hook.url}  {hook.topic or 'all'}  {how_far}  {state}{failed}")


@webhook.command("remove")
@click.argument("number", type=int)
def webhook_remove(number: int) -> None:
    """Forget the webhook of that number and its secret."""
    with _tracker() as tracker:
        webhooks.remove(tracker, number)
    click.echo(f"webhook {number} is removed.")


@webhook.command("replay")
@click.argument("number", type=int)
@click.option("--since", type=int, required=True, help="The last feed number the receiver has.")
def webhook_replay(number: int, since: int) -> None:
    """Deliver everything after a feed number again, also to a webhook that was disabled."""
    with _tracker() as tracker:
        webhooks.replay(tracker, number, since)
    click.echo(f"webhook {number} hears again of everything after {since}.")


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now, then leave.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
def worker(once: bool, threads: int) -> None:
    """Deliver to the webhooks, send mail and make the newest files, until stopped; any number may run."""
    # Only this command needs them, and they take long to import.
    from legalmap.jobs.task_queue import open_queue  # noqa: PLC0415
    from legalmap.jobs.tasks import Jobs  # noqa: PLC0415

    settings = Settings.from_environment()
    with _tracker(listen=not once) as tracker:
        files = Files(files_folder(settings, tracker.store))
        loopback = settings.webhooks_to_loopback
        if once:
            while lines := webhook_delivery.deliver_due(tracker, loopback=loopback):
                for line in lines:
                    click.echo(line)
            for line in mail_delivery.send_due(tracker, settings.mail) if settings.mail else ():
                click.echo(line)
            suggestions.forget_old_addresses(tracker)
            files.make_all(Reader(tracker), clock.today())
            return
        huey = open_queue(jobs_url(settings, tracker.store))
        jobs = Jobs(huey, tracker, files, loopback=loopback, mail=settings.mail, say=click.echo)
        jobs.run(threads)


@main.command()
def check() -> None:
    """Re-walk the feed, verify every hash, compare legal_status; exit status 1 on any fault."""
    with _tracker() as tracker:
        faults = [*integrity_check.check(tracker), *fit_check.undrawable(tracker)]
        head = Reader(tracker).head()
    _require_sound(faults)
    click.echo(f"Sound: {head} publications, every hash and row as it should be.")


@main.command()
def reindex() -> None:
    """Write the legal_status table anew from the published revisions."""
    with _tracker() as tracker:
        click.echo(f"{integrity_check.reindex(tracker)} rows written.")


@main.command()
def migrate() -> None:
    """Bring the tables of an older database to this version."""
    with _tracker(current=False) as tracker:
        if not schema.exists(tracker.store):
            raise Invalid.at("database", "There is none yet: run “legalmap init”.")
        schema.migrate(tracker.store)
        integrity_check.catch_up(tracker)
        kept = first_load.refill_tree(tracker)
    for code in kept:
        click.echo(f"{code} has a record of its own: it stays above the place it is now part of.")
    click.echo("The database is up to date.")


@main.group()
def topic() -> None:
    """Topics are files: be told what is wrong with one."""


@topic.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def topic_check(file: Path) -> None:
    """Read a topic FILE; name line, key and what is allowed of all that is wrong with it."""
    known = topic_files.read(file)
    click.echo(f"{known.name}: {len(known.statuses)} statuses, {len(known.variables)} variables.")


@main.group()
def data() -> None:
    """What ships with this version: see what it would change here, and take it over."""


@data.command("status")
def data_status() -> None:
    """Say what the shipped places, records and tasks would change here; nothing is changed."""
    with _tracker() as tracker:
        _print_changes(data_release.changes(tracker))


@data.command("apply")
def data_apply() -> None:
    """Take over the shipped places; shipped records become proposals for review, never publications."""
    with _tracker() as tracker:
        done = data_release.apply(tracker)
    _print_changes(done)
    if done.is_any:
        click.echo(f"Done. The proposals wait for review as the batch “{done.name}”.")


def _print_changes(changes: data_release.Changes) -> None:
    tree = changes.tree
    parts = [
        ("places new", tree.added),
        ("places changed", tree.changed),
        ("places gone", tree.gone),
        ("places that are part of another but keep their own record", tree.kept),
        ("places with a record that no longer ship: “apply” will refuse", tree.lost),
        ("table of ZIP codes changed", ["us"] if tree.zips else []),
        ("records new", changes.of_kind("new")),
        ("records corrected", changes.of_kind("corrected")),
        ("records edited here too, to be put together", changes.of_kind("edited")),
        ("things to look up", [f"{topic}/{code}" for topic, code, _ in changes.tasks]),
    ]
    click.echo(f"{changes.name}:")
    for what, codes in parts:
        if codes:
            more = f" and {len(codes) - MOST_SHOWN:,} more" if len(codes) > MOST_SHOWN else ""
            click.echo(f"  {len(codes):,} {what}: {', '.join(codes[:MOST_SHOWN])}{more}")
    if not changes.is_any:
        click.echo("  Nothing to take over.")


@main.command()
@click.argument("url")
def copy(url: str) -> None:
    """Copy the whole tracker into the empty database at URL, verify it there, and leave both be."""
    target = Store(url)
    try:
        with _tracker() as tracker:
            total = copy_database.row_count(tracker)
            with click.progressbar(length=total, label="Copying", file=sys.stderr) as bar:
                head = copy_database.copy(
                    tracker, target, lambda _what, how_many: bar.update(how_many)
                )
            faults = copy_database.faults(tracker, target)
    finally:
        target.close()
    _require_sound(faults)
    click.echo(f"Copied: {head} publications, every row compared, sound. Sessions stay behind.")
