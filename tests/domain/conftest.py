"""Hypothesis without a clock: a busy machine must not make a true property fail."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "domain",
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("domain")
