"""The JSON API and the bulk files: read-only, open to every origin, errors as problem details."""
