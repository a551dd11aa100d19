"""The façade: what the command line and the page call, and the public Python API."""
