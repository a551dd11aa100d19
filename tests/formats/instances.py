"""Any instance of a document's type, as Hypothesis finds it from the type alone."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect as types


def instances(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Instances of a struct, every field of any value that its type allows."""
    return _of(types.type_info(kind))


def _of(info: types.Type) -> st.SearchStrategy[Any]:  # noqa: C901, PLR0912 - one case a kind of type
    match info:
        case types.Metadata(type=inner, extra_json_schema={"pattern": str(pattern)}):
            assert isinstance(inner, types.StrType)
            return st.from_regex(pattern, fullmatch=True)
        case types.Metadata(type=inner):
            return _of(inner)
        case types.NoneType():
            return st.none()
        case types.BoolType():
            return st.booleans()
        case types.IntType(ge=least):
            return st.integers(least or 0, 2**53)
        case types.FloatType():
            return st.floats(0, 1e9)
        case types.StrType(pattern=str(pattern)):
            return st.from_regex(pattern, fullmatch=True)
        case types.StrType():
            return st.text(st.characters(codec="utf-8"), max_size=8)
        case types.LiteralType(values=values):
            return st.sampled_from(values)
        case types.EnumType(cls=enum):
            return st.sampled_from(list(enum))
        case types.UnionType(types=members):
            return st.one_of(*map(_of, members))
        case types.VarTupleType(item_type=item):
            return st.lists(_of(item), max_size=2).map(tuple)
        case types.DictType(key_type=key, value_type=value):
            return st.dictionaries(_of(key), _of(value), max_size=2)
        case types.StructType(cls=cls, fields=fields):
            return st.fixed_dictionaries({f.name: _of(f.type) for f in fields}).map(
                lambda given: cls(**given)
            )
    raise NotImplementedError(f"no instances of {info}")
