"""What is done after an answer was given: webhooks and the making of files; mail, when there is some.

A task names its work and nothing more, and a service does it. A queue that is lost loses nothing: the feed
is the outbox, and every minute all that is due is put into the queue again.
"""
