"""How fast manifest-sync is, beside other tools on the same work: `make bench`."""
