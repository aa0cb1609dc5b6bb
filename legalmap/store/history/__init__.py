"""What is only ever added to: records, revisions, reviews, the feed."""
