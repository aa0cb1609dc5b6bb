"""What waits to be sent: mail, and webhooks along the feed."""
