"""The document, the schemas and the reference page say what the routes do, no more and no less."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.utils import find_modules, import_string

from legalmap.web.api import openapi_document, routes
from legalmap.web.api.routes import Route

# A route is declared where its view stands: the modules of the views are imported first.
for name in find_modules("legalmap.web.api"):
    import_string(name)
ROUTES = routes.all_routes()
EXAMPLES = {
    f"{route.name}: {about}": (route, address)
    for route in ROUTES
    for about, address in route.examples.items()
}
# A value that each parameter without an example takes, or none where it belongs to another.
TAKEN = {"lat": "27.34", "lon": "-82.53", "zip": "34236", "fields": "", "cursor": ""}


@pytest.fixture(scope="module")
def document(reading_app: Flask) -> Any:
    """The OpenAPI document as it is sent."""
    return reading_app.test_client().get("/api/v1/openapi.json").json


def test_every_route_of_the_api_is_in_the_document_and_no_other(
    reading_app: Flask, document: Any
) -> None:
    routed = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in reading_app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule != routes.ROOT
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routed == {
        (path, method) for path, methods in document["paths"].items() for method in methods
    }


def send(client: FlaskClient, route: Route, address: str, **more: str) -> Any:
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query), *more.items()]
    body = {"json": route.sample} if route.sample is not None else {}
    return client.open(parts.path, method=route.method, query_string=query, **body)


def answer_schema(name: str) -> dict[str, Any]:
    schema = openapi_document.schema_alone(name)
    assert schema is not None
    return schema


@pytest.mark.parametrize(("route", "address"), EXAMPLES.values(), ids=EXAMPLES)
def test_every_example_is_answered_in_the_shape_that_is_documented(
    client: FlaskClient, route: Route, address: str
) -> None:
    response = send(client, route, address)
    assert (response.status_code, response.content_type) == (200, "application/json")
    if route.answer is None:
        assert response.json
        return
    sparse = "fields=" in address
    name = "SparseAnswer" if sparse else route.answer.__name__
    jsonschema.validate(response.json, answer_schema(name))


def test_every_route_is_described_has_an_example_and_takes_each_parameter_once() -> None:
    for route in ROUTES:
        names = [parameter.name for parameter in route.parameters]
        assert len(names) == len(set(names)), route.name
    assert [route.name for route in ROUTES if not route.examples or not route.about] == []


def test_the_limits_in_the_descriptions_are_those_that_hold() -> None:
    assert f"up to {routes.MOST_ASKED:,} places" in routes.BY_NAME["resolve_many"].about
    assert f"two to {routes.MOST_COMPARED} places" in routes.BY_NAME["compare"].about


PARAMETERS = {
    f"{route.name} {each.name}": (route, each)
    for route in ROUTES
    for each in route.parameters
    if each.where == "query"
}


@pytest.mark.parametrize(("route", "parameter"), PARAMETERS.values(), ids=PARAMETERS)
def test_every_documented_parameter_is_accepted(
    client: FlaskClient, route: Route, parameter: Any
) -> None:
    path = urlsplit(next(iter(route.examples.values()))).path
    value = TAKEN.get(parameter.name) if parameter.example is None else parameter.example
    # Given alone, so that it is the only thing that could be refused as unknown.
    response = send(client, route, path, **{parameter.name: value if value else "x"})
    unknown = "There is no such parameter"
    assert response.status_code in (200, 400, 404)
    assert unknown not in response.text


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_other_parameter_is_refused(client: FlaskClient, route: Route) -> None:
    known = {parameter.name for parameter in route.parameters}
    others = {parameter.name for other in ROUTES for parameter in other.parameters}
    for name in [*sorted(others - known), "nonsense"]:
        response = send(client, route, next(iter(route.examples.values())), **{name: "1"})
        assert response.status_code == 400, name
        assert response.json["errors"][0]["field"] == name
    # The refusal names what is taken: that is what is documented, no less.
    taken = response.json["errors"][0]["message"].partition("takes: ")[2].rstrip(".")
    query = {parameter.name for parameter in route.parameters if parameter.where == "query"}
    assert set(taken.split(", ") if taken else ()) == query


def test_each_schema_is_valid_whole_and_at_its_address(client: FlaskClient) -> None:
    for name in openapi_document.schemas():
        schema = client.get(f"/api/v1/schemas/{name}.json").json
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"/api/v1/schemas/{name}.json"
        assert "#/components" not in str(schema)
    assert client.get("/api/v1/schemas/Nothing.json").status_code == 404


def test_the_document_refers_to_nothing_that_is_not_in_it(document: Any) -> None:
    for ref in re.findall(r"'\$ref': '#/components/(\w+)/([\w.]+)'", str(document)):
        assert ref[1] in document["components"][ref[0]], ref
    assert "x-of" not in str(document)
    assert "only ever added" in document["info"]["description"]


def test_the_reference_page_shows_every_route_parameter_and_example(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/api").text, "html5lib")
    text = page.get_text(" ")
    assert "keys are only ever added" in text
    links = {link["href"] for link in page.find_all("a")}
    for route in ROUTES:
        heading = page.find(id=route.name)
        assert heading is not None
        assert heading.get_text() == f"{route.method.upper()} {route.path}"
        section = heading.find_parent("section").get_text(" ")
        assert all(parameter.name in section for parameter in route.parameters)
        for address in route.examples.values():
            assert address in links if route.sample is None else address in text
        assert f"#{route.name}" in links


def test_the_reference_page_writes_large_numbers_out(client: FlaskClient) -> None:
    text = " ".join(BeautifulSoup(client.get("/api").text, "html5lib").get_text(" ").split())
    assert "whole number from 0 to 999,999,999" in text
    assert "number from -90 to 90" in text
    assert "e+0" not in text


FIELDS = {
    # An address, what is asked for, and the whole of what is left.
    "a key of each record": (
        "/api/v1/kratom/records?limit=1&status=banned&kind=state&fields=jurisdiction.code,status",
        "records",
        [{"jurisdiction": {"code": "us-al"}, "status": "banned"}],
    ),
    "a key of a key wins nothing over the whole": (
        "/api/v1/kratom/records?limit=1&kind=state&status=banned&fields=resolved.status,resolved",
        "records",
        [{"resolved": {"outcome": "decided", "status": "banned", "deciding": "us-al"}}],
    ),
    "a variable": (
        "/api/v1/kratom/compare?place=us-al&place=us-ar&fields=variables.sale.value",
        "places",
        [{"variables": {"sale": {"value": "prohibited"}}}] * 2,
    ),
    "of an answer as a whole": (
        "/api/v1/kratom/resolve?place=us-al&fields=status",
        "status",
        "banned",
    ),
}


@pytest.mark.parametrize(("address", "part", "left"), FIELDS.values(), ids=FIELDS)
def test_fields_leave_what_is_asked_for_and_what_every_answer_carries(
    client: FlaskClient, address: str, part: str, left: Any
) -> None:
    answer = client.get(address).json
    assert answer[part] == left
    assert answer["fields"] == address.partition("fields=")[2].split(",")
    assert {"feed_no", "as_of", "licence", "licence_url"} <= set(answer)
    jsonschema.validate(answer, answer_schema("SparseAnswer"))


def test_a_narrowed_page_goes_on_narrowed(client: FlaskClient) -> None:
    first = client.get("/api/v1/kratom/records?limit=2&fields=status").json
    second = client.get(first["next"]).json
    assert [list(record) for record in second["records"]] == [["status"], ["status"]]


@pytest.mark.parametrize(("path", "led_to"), [("/api/v1", "/api"), ("/export", "/data")])
def test_an_address_cut_short_leads_to_the_list_of_what_lies_below(
    reading_app: Flask, path: str, led_to: str
) -> None:
    answer = reading_app.test_client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, led_to)
    assert reading_app.test_client().get(led_to).status_code == 200
