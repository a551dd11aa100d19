"""The page, and the API that it and other front ends use; it decides nothing."""
