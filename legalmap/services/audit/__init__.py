"""The audit log: written in the transaction of each act, read by admins and auditors."""
