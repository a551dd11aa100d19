"""Pure: what is true, what is wanted, what should change. No I/O, no clock, no logging."""
