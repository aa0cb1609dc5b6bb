"""The rules of the tracker as pure values and functions: no I/O, no SQL, no Flask."""
