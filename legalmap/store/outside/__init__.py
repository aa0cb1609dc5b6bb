"""What waits to be sent: mail, and deliveries to webhooks."""
