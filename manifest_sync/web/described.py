"""The description of the API as a person reads it: an OpenAPI document, folded into tables."""

from collections.abc import Iterator, Mapping

import msgspec

_MODELS = "#/components/schemas/"
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "null",
}


class _Schema(msgspec.Struct, frozen=True, rename="camel"):
    """As much of a JSON schema as the API's models use."""

    ref: str = msgspec.field(default="", name="$ref")
    type: str = ""
    const: str | None = None
    items: "_Schema | None" = None
    any_of: "tuple[_Schema, ...]" = ()
    description: str = ""
    properties: "Mapping[str, _Schema]" = {}
    required: tuple[str, ...] = ()


class _Content(msgspec.Struct, frozen=True):
    schema: _Schema


class _Body(msgspec.Struct, frozen=True):
    """What is sent, or answered, by its media type."""

    description: str = ""
    content: Mapping[str, _Content] = {}


class _Parameter(msgspec.Struct, frozen=True):
    name: str
    schema: _Schema
    required: bool = False
    description: str = ""


class _Operation(msgspec.Struct, frozen=True, rename="camel"):
    description: str
    responses: Mapping[str, _Body]
    parameters: tuple[_Parameter, ...] = ()
    request_body: _Body = _Body()


class _Components(msgspec.Struct, frozen=True):
    schemas: Mapping[str, _Schema]


class _Document(msgspec.Struct, frozen=True):
    paths: Mapping[str, Mapping[str, _Operation]]
    components: _Components


class Kind(msgspec.Struct, frozen=True):
    """What a value is: words, and the model that they end with, or none."""

    words: str
    model: str = ""


class Field(msgspec.Struct, frozen=True):
    """A field of a model, or of a query."""

    name: str
    kinds: tuple[Kind, ...]
    """It is one of these."""
    required: bool
    about: str


class Answered(msgspec.Struct, frozen=True):
    """An answer of one status."""

    status: str
    kinds: tuple[Kind, ...]
    about: str


class Described(msgspec.Struct, frozen=True):
    """One request."""

    method: str
    path: str
    about: str
    query: tuple[Field, ...]
    body: tuple[Kind, ...]
    answers: tuple[Answered, ...]


class Model(msgspec.Struct, frozen=True):
    """An object that is sent or answered."""

    name: str
    about: str
    fields: tuple[Field, ...]


def describe(document: object) -> tuple[list[Described], list[Model]]:
    """The requests, and the models that they name, in their order of appearance."""
    read = msgspec.convert(document, _Document)
    requests = [
        _described(method, path, operation)
        for path, operations in read.paths.items()
        for method, operation in operations.items()
    ]
    models = {name: _model(name, schema) for name, schema in read.components.schemas.items()}
    named: dict[str, Model] = {}
    waiting = [kind.model for request in requests for kind in _kinds_of(request)]
    while waiting:
        name = waiting.pop(0)
        if name and name not in named:
            named[name] = models[name]
            waiting += [kind.model for field in models[name].fields for kind in field.kinds]
    return requests, list(named.values())


def _described(method: str, path: str, operation: _Operation) -> Described:
    return Described(
        method.upper(),
        path,
        operation.description,
        tuple(
            Field(each.name, tuple(_kinds(each.schema)), each.required, each.description)
            for each in operation.parameters
        ),
        _of_body(operation.request_body),
        tuple(
            Answered(status, _of_body(answer), answer.description)
            for status, answer in operation.responses.items()
        ),
    )


def _kinds_of(request: Described) -> Iterator[Kind]:
    yield from request.body
    for answer in request.answers:
        yield from answer.kinds


def _of_body(body: _Body) -> tuple[Kind, ...]:
    return tuple(kind for content in body.content.values() for kind in _kinds(content.schema))


def _model(name: str, schema: _Schema) -> Model:
    fields = tuple(
        Field(field, tuple(_kinds(about)), field in schema.required, about.description)
        for field, about in schema.properties.items()
    )
    return Model(name, schema.description, fields)


def _kinds(schema: _Schema) -> Iterator[Kind]:
    if schema.any_of:
        for each in schema.any_of:
            yield from _kinds(each)
    elif schema.ref:
        yield Kind("", schema.ref.removeprefix(_MODELS))
    elif schema.items is not None:
        for kind in _kinds(schema.items):
            yield Kind(f"a list of {kind.words}".strip(), kind.model)
    elif schema.const is not None:
        yield Kind(f"“{schema.const}”")
    else:
        yield Kind(_TYPES.get(schema.type, schema.type))
