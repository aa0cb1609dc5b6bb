"""Use cases. One public function is one use case, one transaction and, when it writes, one event."""
