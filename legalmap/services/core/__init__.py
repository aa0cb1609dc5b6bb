"""What every use case is built on: store, topics, places, head of the feed, sealed files, texts."""
