"""How long the clients of S3 wait for an answer, and how often they ask again."""

CONNECT_SECONDS = 2.5
READ_SECONDS = 30
ATTEMPTS = 4
"""By the clients themselves: about 10 s where nobody answers. The engine tries failed transfers
again, because botocore gives up on all of them when too many fail (its retry quota)."""
