"""Names and numbers that break careless programs."""

import shutil
import unicodedata

from tests.e2e.places import BOTH_SERVERS_SLOWLY, Place

pytestmark = BOTH_SERVERS_SLOWLY

_ODD = (
    "with space.jpg",
    " leading and trailing .jpg",
    "plus+and&percent%20hash#question?.png",
    'it\'s "quoted", `ticked` $HOME.webp',
    "semi;colon=equals@at[brackets]{braces}!~^|.jpg",
    "-leading-dash.png",
    "--delete.jpg",
    "caf\N{LATIN SMALL LETTER E WITH ACUTE} nfc.png",
    unicodedata.normalize("NFD", "caf\N{LATIN SMALL LETTER E WITH ACUTE} nfd.png"),
    "\N{CJK UNIFIED IDEOGRAPH-96EA}\N{CJK UNIFIED IDEOGRAPH-5C71}.jpg",
    "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ARTIST PALETTE} \N{GRINNING FACE}.png",
    "\N{ARABIC LETTER ALEF}\N{ARABIC LETTER BEH}.jpg",
    "UPPER.JPG",
    "two.dots.tar.png",
    "deep/er/and/deep er/still/10_x/y.webp",
    "a%2Fb.png",
    "x" * 240 + ".png",
)


def test_odd_names_travel_both_ways(place: Place) -> None:
    files = {name: f"image {number}".encode() for number, name in enumerate(_ODD)}
    files |= {name.rpartition(".")[0] + ".txt": b"caption of " + files[name] for name in _ODD}
    assert len(files) == 2 * len(_ODD)
    place.begin(files)
    assert place.row("push", "--yes")["created"] == len(files)
    assert place.objects() == files
    assert place.quick_row("push")["unchanged"] == len(files)
    other = place.second()
    other.run("clone", place.bucket.remote(), "styles/16")
    assert other.files() == files

    for name in _ODD:
        (place.style / name).write_bytes(b"another image")
    assert place.quick_row("push", "--yes")["updated"] == len(_ODD)
    shutil.rmtree(place.style / "deep")
    (place.style / "--delete.jpg").unlink()
    assert place.row("push", "--yes", "--delete")["deleted"] == 3
    other.quickly("pull", "--yes", "--delete")
    assert other.files() == place.files() == place.objects()


def test_twins_in_unicode_or_case_stay_two_files(place: Place) -> None:
    composed = "caf\N{LATIN SMALL LETTER E WITH ACUTE}.png"
    files = {
        composed: b"composed",
        unicodedata.normalize("NFD", composed): b"decomposed",
        "A.jpg": b"upper",
        "a.jpg": b"lower",
    }
    place.begin_pushed(files)
    assert place.objects() == files
    other = place.second()
    other.quickly("clone", place.bucket.remote(), "styles/16")
    assert other.files() == files


def test_more_keys_than_one_answer_holds(place: Place) -> None:
    files = {f"{number % 7}/{number:04}.png": str(number).encode() for number in range(1050)}
    place.begin(files)
    assert place.row("push", "--yes", "--quiet")["created"] == len(files)
    row = place.quick_row("push")
    assert (row["unchanged"], row["hashed"]) == (len(files), 0)
    assert row["requests"]["list"] >= 2
    other = place.second()
    assert other.quick_row("clone", place.bucket.remote(), "styles/16")["created"] == len(files)
    assert other.files() == files


def test_a_renamed_folder_is_copied_by_s3(place: Place) -> None:
    files = {f"10_subject/{number}.png": b"image %d" % number for number in range(30)}
    place.begin_pushed(files)
    (place.style / "20_subject").mkdir()
    for path in files:
        (place.style / path).rename(place.style / path.replace("10_", "20_"))
    row = place.row("push", "--delete", "--yes")
    assert (row["created"], row["deleted"], row["bytes"]) == (30, 30, 0)
    # The one PUT publishes the manifest.
    assert (row["requests"]["put"], row["requests"]["get"]) == (1, 0)
    assert place.objects() == {path.replace("10_", "20_"): data for path, data in files.items()}
