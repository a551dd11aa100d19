"""The JSON schema of each document, made from the types that read and write it."""

from typing import Any

import msgspec

from manifest_sync.formats import documents
from manifest_sync.formats.document_doctor import DoctorDocument
from manifest_sync.formats.document_explain import ExplainDocument
from manifest_sync.formats.document_restore import RestoreDocument
from manifest_sync.formats.document_serve import ServeDocument
from manifest_sync.formats.document_trash import PruneDocument, TrashDocument
from manifest_sync.formats.document_verify import VerifyDocument
from manifest_sync.formats.manifest_json import ManifestDocument
from manifest_sync.formats.plan_json import PlanDocument

DOCUMENTS: dict[str, type[msgspec.Struct]] = {
    "manifest": ManifestDocument,
    "plan": PlanDocument,
    "apply": documents.ApplyDocument,
    "compare": documents.CompareDocument,
    "diff": documents.DiffDocument,
    "doctor": DoctorDocument,
    "error": documents.ErrorDocument,
    "explain": ExplainDocument,
    "history": documents.HistoryDocument,
    "init": documents.InitDocument,
    "merge": documents.MergeDocument,
    "prune": PruneDocument,
    "record": documents.RecordDocument,
    "restore": RestoreDocument,
    "sandbox": documents.SandboxDocument,
    "schemas": documents.SchemasDocument,
    "serve": ServeDocument,
    "status": documents.StatusDocument,
    "trash": TrashDocument,
    "verify": VerifyDocument,
}
"""By the name that `schema NAME` and `schemas/NAME.schema.json` use."""


def schema(name: str) -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of a document. Raises KeyError for an unknown name."""
    made = msgspec.json.schema(DOCUMENTS[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"manifest-sync {name}",
        **made,
    }


def render_schema(name: str) -> str:
    """The schema as the file in `schemas/` holds it."""
    text = msgspec.json.format(msgspec.json.encode(schema(name)), indent=2)
    return text.decode() + "\n"
