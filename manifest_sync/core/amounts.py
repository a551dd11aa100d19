"""Numbers as a person reads them."""

_UNITS = ("KB", "MB", "GB", "TB", "PB", "EB")
_STEP = 1000


def size(count: int) -> str:
    """`57 B`, `57.3 KB`, `1.2 GB`."""
    if count < _STEP:
        return f"{count} B"
    amount = count / _STEP
    units = iter(_UNITS)
    unit = next(units)
    while round(amount, 1) >= _STEP:
        amount, unit = amount / _STEP, next(units)
    return f"{amount:.1f} {unit}"


def many(count: int, one: str, more: str = "") -> str:
    """`1 file`, `2 files`, `4,950 files`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
