"""What may be wrong with the bytes of a caption."""


def text_trouble(text: bytes) -> str | None:
    """What a trainer would stumble over in a caption; None where it is fine."""
    if not text:
        return "empty"
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        return "not_utf8"
    return None if decoded.strip() else "blank"
