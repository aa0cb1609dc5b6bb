"""Values of the domain stay what they are: one handed around is never changed behind a back."""

import importlib
import pkgutil

import msgspec
import pytest

from legalmap import domain


def every_value() -> list[type[msgspec.Struct]]:
    """All structs of the domain, whichever modules there are."""
    packages = pkgutil.walk_packages(domain.__path__, f"{domain.__name__}.")
    modules = [importlib.import_module(module.name) for module in packages]
    things = [thing for module in modules for thing in vars(module).values()]
    structs = {t for t in things if isinstance(t, type) and issubclass(t, msgspec.Struct)}
    return sorted(structs - {msgspec.Struct}, key=lambda struct: struct.__name__)


@pytest.mark.parametrize("value", every_value(), ids=lambda value: value.__name__)
def test_a_value_is_immutable(value: type[msgspec.Struct]) -> None:
    assert value.__struct_config__.frozen


def test_there_are_values_to_look_at() -> None:
    assert {"Payload", "Period", "Facts", "Resolution"} <= {v.__name__ for v in every_value()}
