"""Merging two headers that grew apart, so that the scope is the team's (§5, "Header")."""

from manifest_sync.core.manifest import DEFAULT_CAPTIONS, DEFAULT_IMAGES, Header

_Entries = tuple[str, ...]


def merge_headers(agreed: Header | None, own: Header, published: Header | None) -> Header:
    """The header that both sides' edits since they last agreed lead to.

    Lists are merged entry by entry: what either side added is in, what either side took out is
    not. Without an ancestor nothing was taken out: the union. Without a published header the
    own one stands.
    """
    if published is None or published == own:
        return own
    before = agreed or Header(captions=(), images=())
    return Header(
        include=_merged(before.include, own.include, published.include),
        ignore=_merged(before.ignore, own.ignore, published.ignore),
        captions=_suffixes(
            before.caption_suffixes, own.captions, published.captions, DEFAULT_CAPTIONS
        ),
        images=_suffixes(before.image_suffixes, own.images, published.images, DEFAULT_IMAGES),
    )


def _suffixes(
    before: _Entries, own: _Entries | None, published: _Entries | None, default: _Entries
) -> _Entries | None:
    """Like any list, but that None stands for the default and stays None where it can."""
    if own == published:
        return own
    merged = _merged(
        before, default if own is None else own, default if published is None else published
    )
    return None if merged == default else merged


def _merged(before: _Entries, own: _Entries, published: _Entries) -> _Entries:
    """Published order first: two workspaces that merge in turn then end with the same list."""
    kept = [entry for entry in published if entry in own or entry not in before]
    added = [entry for entry in own if entry not in published and entry not in before]
    return tuple(dict.fromkeys([*kept, *added]))
