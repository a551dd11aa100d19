"""The command line: it parses, asks, calls the façade and shows; it decides nothing."""
