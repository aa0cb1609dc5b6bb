"""What the fixtures promise to every test."""

import socket
import urllib.request

import pytest

from legalmap.domain.people.accounts import SYSTEM_HANDLE
from legalmap.store import places
from legalmap.store.engine import Store
from legalmap.store.history import feed
from legalmap.store.people import accounts
from tests.store.build import PLACES


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_no_test_reaches_another_machine(host: str, name: str) -> None:
    with socket.socket() as plug, pytest.raises(RuntimeError, match="do not talk to"):
        getattr(plug, name)((host, 80))


def test_no_test_looks_up_another_machine() -> None:
    with pytest.raises(RuntimeError, match=r"do not talk to example\.org"):
        urllib.request.urlopen("http://example.org/")


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_a_store_has_places_and_people_and_no_record(store: Store) -> None:
    with store.reading() as connection:
        assert places.count(connection) == len(PLACES)
        handles = [account.handle for account in accounts.everyone(connection)]
        assert handles == ["ana", "ben", "cleo", SYSTEM_HANDLE]
        assert feed.head(connection) == 0
