"""What every use case stands on: the store, the topics, the places, the head of the feed."""
