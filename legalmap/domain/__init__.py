"""What is true without a computer: pure values and rules. No I/O, no SQL, no Flask."""
