"""What the law says: payloads, periods, dates, the codebook, and what they resolve to at a place."""
