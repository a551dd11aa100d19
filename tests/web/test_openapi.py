"""The description of the API is true, and no request made from it is answered with a 500."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from manifest_sync.web.app import make_app
from manifest_sync.web.jobs import Jobs
from manifest_sync.web.opening import Opener
from manifest_sync.web.site import Site
from tests.web.visitor import TOKEN, Visitor, serving

DOCUMENT = make_app(Site(Opener(Path()), Jobs()), api_docs=True).openapi()
CONTRACT = {
    ("post", "/api/s3/compare"),
    ("post", "/api/s3/upload"),
    ("post", "/api/s3/download"),
    ("post", "/api/s3/remove"),
    ("get", "/training-images-with-captions"),
}


def test_it_describes_the_contract() -> None:
    described = {(method, path) for path, has in DOCUMENT["paths"].items() for method in has}
    assert described >= CONTRACT


def test_every_request_and_field_is_explained() -> None:
    for path, has in DOCUMENT["paths"].items():
        for operation in has.values():
            assert operation["description"].endswith("."), path
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if name not in ("HTTPValidationError", "ValidationError"):
            assert schema["description"].endswith("."), name


def test_it_is_served_where_that_is_enabled(root: Path) -> None:
    with serving(root, api_docs=True) as visitor:
        assert visitor.get("/openapi.json")["paths"] == DOCUMENT["paths"]


def test_the_page_describes_every_request_field_and_model(root: Path) -> None:
    with serving(root, api_docs=True) as visitor:
        html = visitor.html("/docs")
    assert 'href="/openapi.json"' in html
    for path, has in DOCUMENT["paths"].items():
        for method, operation in has.items():
            assert f"<code>{method.upper()} {path}</code>" in html
            assert escape(operation["description"]) in html
    linked = set(re.findall('href="#([A-Z]\\w+)"', html))
    assert linked == set(re.findall('id="([A-Z]\\w+)"', html))
    assert linked >= {"UploadRequest", "UploadAnswer", "ErrorAnswer", "Named", "Different"}
    for name in linked:
        [section] = re.findall(f'id="{name}".*?</section>', html, re.DOTALL)
        for field in DOCUMENT["components"]["schemas"][name]["properties"]:
            assert f"<code>{field}</code>" in section


@pytest.fixture
def described(root: Path) -> Iterator[Visitor]:
    with serving(root, api_docs=True) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), sorted(CONTRACT))
def test_no_request_is_answered_with_a_500(described: Visitor, method: str, path: str) -> None:
    # Imported here: it takes seconds, which the fast suite has better use for.
    schemathesis = import_module("schemathesis")
    checks = import_module("schemathesis.specs.openapi.checks")
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.config.update(base_url=f"http://127.0.0.1:{described.port}")
    operation = schema[path][method]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    modes = st.sampled_from(list(schemathesis.GenerationMode))
    cases = modes.flatmap(lambda mode: operation.as_strategy(generation_mode=mode))

    @given(case=cases, known=st.booleans())
    @settings(
        max_examples=50,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, known: bool) -> None:  # noqa: ANN401 - schemathesis's own type
        fields = case.body if method == "post" else case.query
        if known and isinstance(fields, dict):
            fields["styleId"] = "16"
        answer = case.call(headers=headers)
        assert answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == ["application/json"]
        if answer.status_code >= 400:
            assert set(answer.json()) >= {"code", "message"}
        if answer.status_code != 405:
            case.validate_response(
                answer,
                headers=headers,
                checks=[
                    checks.response_schema_conformance,
                    checks.status_code_conformance,
                    checks.content_type_conformance,
                ],
            )

    ask()
