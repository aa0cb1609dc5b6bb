"""Maps and timelines as SVG and as pictures."""
