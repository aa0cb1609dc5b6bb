"""Hypothesis without a clock: a busy machine must not make a true property fail."""

from hypothesis import HealthCheck, settings

from tests.depth import examples

settings.register_profile(
    "domain",
    deadline=None,
    max_examples=examples(100),
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("domain")
