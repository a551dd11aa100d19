"""Whether a folder is on a network file system, where SQLite's write-ahead log does not work.

The log's index is memory that all processes share, which they can only on one computer
(sqlite.org/wal.html, "Disadvantages").
"""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""Linux's list of what is mounted where (proc_pid_mountinfo(5))."""

_NETWORK = frozenset(
    [
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "drvfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
    ]
)
"""Kinds of file system whose files another computer may change, or the host of a virtual one."""
_FEWEST = 6
"""Fields before the optional ones: two ids, the device, the root, the mount point, its options."""
_ESCAPE = re.compile(r"\\([0-7]{3})")


def network_kind(path: Path) -> str | None:
    """The kind of network file system that a path is on, as `nfs4`; None where it is on none.

    None, too, where the system keeps no such list.
    """
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    kind = kind_at(path.resolve(), mounts)
    # What FUSE brings is as a rule far away (sshfs, s3fs, rclone); `fuseblk` is a disk.
    return kind if kind in _NETWORK or kind.startswith("fuse.") else None


def kind_at(path: Path, mounts: str) -> str:
    """The kind of file system at an absolute path without links; "" where the list has none."""
    places = (path, *path.parents)
    nearest, kind = len(places), ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, source = before.split(" "), after.split(" ")
        if len(fields) < _FEWEST or not source[0]:
            continue
        mounted_at = Path(_ESCAPE.sub(lambda code: chr(int(code[1], 8)), fields[4]))
        # Of several at one place the last one covers the others.
        if mounted_at in places and places.index(mounted_at) <= nearest:
            nearest, kind = places.index(mounted_at), source[0]
    return kind
