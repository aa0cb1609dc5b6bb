"""Work in the background, after a request was answered: deliveries to webhooks, making files, sending mail.

A task only names its work; a service does it. Losing the queue loses nothing: what is due can be read from
the database, and every minute it is put into the queue again.
"""
