"""Every document has a schema that fits what is printed, and refuses what is not."""

import json
from functools import cache
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from manifest_sync.core.content import Content
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.formats import documents
from manifest_sync.formats.manifest_json import render_manifest
from manifest_sync.formats.plan_json import render_plan
from manifest_sync.formats.schemas import DOCUMENTS, render_schema, schema
from tests.builders import plan, survey
from tests.formats.instances import instances
from tests.searching import examples

Document = dict[str, Any]


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(render_schema(name)))


@cache
def whole(name: str) -> Document:
    """A document of that name with something in each of its lists."""
    found: Document = json.loads(msgspec.json.encode(_full(DOCUMENTS[name])))
    return found


def _full(kind: type[msgspec.Struct]) -> object:
    strategy = instances(kind)
    best: list[Any] = []

    @settings(max_examples=6, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def look(found: object) -> None:
        best.append(found)

    look()
    return max(best, key=lambda found: len(msgspec.json.encode(found)))


def test_every_document_type_has_a_name_and_a_schema() -> None:
    named = {
        value
        for value in vars(documents).values()
        if isinstance(value, type) and value.__name__.endswith("Document")
    }
    assert named <= set(DOCUMENTS.values())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_valid_and_says_what_it_is_for(name: str) -> None:
    made = schema(name)
    Draft202012Validator.check_schema(made)
    assert name in made["title"]
    assert made["$schema"].endswith("2020-12/schema")
    assert render_schema(name).endswith("}\n")


@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - {"manifest", "schemas"}))
def test_a_document_says_its_format_and_version(name: str) -> None:
    document = whole(name)
    assert document["format"] == f"manifest-sync/{name}"
    assert "version" in get_type_hints(DOCUMENTS[name])


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=examples(4), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_printed_fits_its_schema(name: str, data: st.DataObject) -> None:
    made = data.draw(instances(DOCUMENTS[name]))
    encoded = msgspec.json.encode(made)
    validator(name).validate(json.loads(encoded))
    assert msgspec.json.decode(encoded, type=DOCUMENTS[name]) == made


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_misses_every_required_field(name: str) -> None:
    document = whole(name)
    for field in schema(name)["$defs"][DOCUMENTS[name].__name__]["required"]:
        rest = {key: value for key, value in document.items() if key != field}
        assert not validator(name).is_valid(rest), field
        assert not validator(name).is_valid({**document, field: {"other": "shape"}}) or field in {
            "files", "environment"
        }  # fmt: skip


def test_a_manifest_on_disk_fits_its_schema() -> None:
    manifest = Manifest(
        "16",
        "s3://b/p/",
        Header(("*.md",), ("*.npz",), (".txt",), (".png",)),
        {"a.png": Content(1, "0" * 32), "b.png": Content(2, "f" * 32)},
        {"a.png": "x-2"},
        "./manifest.schema.json",
    )
    check = validator("manifest")
    document = json.loads(render_manifest(manifest))
    check.validate(document)
    for changes in (
        {"files": {"a.png": {"size": -1, "md5": "0" * 32}}},
        {"files": {"a.png": {"size": 1, "md5": "G" * 32}}},
        {"files": {"a.png": {"size": 1, "md5": "0" * 31}}},
        {"files": {"a.png": {"size": 1}}},
        {"unknown": 1},
        {"ignore": "*.npz"},
    ):
        assert not check.is_valid({**document, **changes}), changes


def test_a_saved_plan_fits_its_schema() -> None:
    made = plan(survey("a.png=1 b.png=2", "b.png=3 c.png=4", "", "b.png=3 c.png=4"))
    check = validator("plan")
    document = json.loads(render_plan([made]))
    check.validate(document)
    document["styles"][0]["changes"][0]["action"] = "destroy"
    assert not check.is_valid(document)
