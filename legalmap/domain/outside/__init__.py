"""What the site sends out: mail and webhooks."""
