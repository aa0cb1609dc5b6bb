"""The benchmark of speed and scale: ratios measured side by side, in one run on one machine."""
