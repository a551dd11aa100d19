"""The steps before which each command is killed. test_crash_points.py holds that none is missing.

A step is named as dying.py names it: a commit by what it writes to, a file by what becomes of it.
"""

POINTS = {
    "push": (
        "make lock.holder",
        "commit delete digests, insert digests",
        "commit insert applies, insert changes",
        "commit insert changes",
        "commit insert published",
        "commit update changes",
        "make part",
        "rename part as manifest.json",
        "commit delete memory, insert memory, update styles",
        "commit insert in_step",
        "commit update applies",
        "remove lock.holder",
    ),
    "pull": (
        "commit insert applies, insert changes",
        "make part",
        "make folder kept",
        "link file as kept",
        "rename part as file",
        "link part as file",
        "remove part",
        "commit update changes",
        "remove file",
        "rename part as manifest.json",
        "commit insert memory, update styles",
        "commit update applies",
    ),
    "restore": (
        "commit insert applies, insert changes",
        "make part",
        "make folder kept",
        "link file as kept",
        "rename part as file",
        "link part as file",
        "remove part",
        "commit update changes",
        "rename part as manifest.json",
        "commit insert memory, update styles",
        "commit update applies",
        "commit insert changes",
        "commit delete memory, insert memory, update styles",
    ),
    "remove": (
        "commit insert applies, insert changes",
        "commit insert changes",
        "commit update changes",
        "make part",
        "rename part as manifest.json",
        "commit insert facts",
        "commit delete memory, update styles",
        "commit update applies",
    ),
    "prune": (
        "commit insert prunes",
        "commit update changes",
        "remove kept",
        "remove folder kept",
        "commit update prunes",
    ),
}
"""By command, about in the order in which it first comes to them."""

ALIKE = {
    "make lock.holder",
    "remove lock.holder",
    "commit insert digests",
    "commit insert published",
    "commit insert in_step",
}
"""Steps of several commands that one is killed at: they touch the lock and the cache only."""

ELSEWHERE = {
    "delete applies": "a push that was overtaken takes back that it was to begin",
    "delete changes": "the same",
    "insert styles": "a style is worked on for the first time",
    "update memory": "`init` forgets what was recorded",
    "delete published": "a new version of the program makes its cache anew",
    "delete facts": "what was found out about an endpoint turns out to be wrong",
    "insert objects": "an ETag is no MD5",
    "insert uploads": "a large object is on its way: test_uploads_cut_off.py",
    "delete uploads": "the same",
}
"""What else the databases are written for, in transactions of their own."""
