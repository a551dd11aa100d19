"""Where bytes live: a folder, a bucket prefix, memory; one protocol, one contract."""
