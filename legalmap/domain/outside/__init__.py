"""What leaves the site by itself: mail and webhooks."""
