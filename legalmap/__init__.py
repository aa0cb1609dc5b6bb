"""legalmap: which law holds here, on this day, for this topic, who says so, and when a person last checked."""

__version__ = "0.1.0"
