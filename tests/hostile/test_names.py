"""Names of local files that would steer a terminal, a shell or another file system."""

import os
from pathlib import Path

from tests.hostile.target import BOTH_SERVERS, GOOD, PREFIX, Target

pytestmark = BOTH_SERVERS

ODD = {
    b"esc\x1b[2J\x1b[1;31m.png": "holds a control character",
    b"bell\x07.png": "holds a control character",
    b"line\nError: all is lost.png": "holds a control character",
    b"csi\xc2\x9b31m.png": "holds a control character",
    b"latin\xe9.png": "holds a control character or bytes that are not UTF-8",
    b"back\\slash.png": "holds a backslash",
    b"c:drive.png": "begins with a drive letter",
}


def test_each_is_a_problem_that_is_told_without_steering_and_the_rest_is_sent(
    target: Target,
) -> None:
    for name in ODD:
        (target.style / os.fsdecode(name)).write_bytes(b"odd")
    target.write({"new.png": b"new"})
    objects = target.objects()
    [style] = target.run("push", "--yes", "--delete", "--json").document()["styles"]
    reasons = sorted(each["message"].removeprefix("its name ") for each in style["problems"])
    assert len(reasons) == len(ODD)
    for reason in ODD.values():
        assert any(reason in said for said in reasons)
    sent = {key: data for key, data in target.objects().items() if key not in objects}
    assert sent == {PREFIX + "new.png": b"new"}
    for command in ("status", "push", "record", "compare", "verify"):
        text = target.run(command).out
        assert "esc\\x1b[2J\\x1b[1;31m.png" in text, command
    for name in ODD:
        assert (target.style / os.fsdecode(name)).read_bytes() == b"odd"


def test_names_that_write_backwards_are_sent_as_they_are_and_shown_escaped(
    target: Target,
) -> None:
    name = "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe.png"
    target.write({name: b"backwards"})
    assert "\\u202egnp.exe.png" in target.run("push", "--yes").out
    assert target.bucket.get(PREFIX + name) == b"backwards"
    assert "\\u202egnp.exe.png" in target.run("explain", f"styles/16/{name}").out


def test_a_name_that_s3_cannot_hold_is_reported_and_the_rest_is_sent(target: Target) -> None:
    folder = "/".join("d" * 250 for _ in range(4))
    target.write({f"{folder}/{'n' * 40}.png": b"too long", "new.png": b"new"})
    ran = target.run_any("push", "--yes", "--delete")
    assert "makes a key longer than 1024 bytes" in ran.out + ran.err
    assert target.bucket.get(PREFIX + "new.png") == b"new"
    assert target.sent().keys() >= GOOD.keys()


def test_a_name_is_only_a_name(target: Target, tmp_path: Path) -> None:
    names = ["-rf", "--delete", "$(touch pwned)", "`id`", "%n%s", "a;b|c&d"]
    files = {f"{name}.png": name.encode() for name in names}
    target.write(files)
    target.run("push", "--yes")
    assert target.sent() == GOOD | files
    assert not list(tmp_path.rglob("pwned"))
