"""The benchmark of the desk runs; what it measures is for `python -m tests.bench.desk`."""

from tests.bench import desk


def test_it_runs_small() -> None:
    few, many = desk.measure(few=2, many=30, turns=2)
    assert few > 0
    assert many > 0
