"""The description of the private port is valid OpenAPI 3.1.

The document is written by the Swift tests (they hold it against the routes), so the package is built first if it is
not. VENDANGE_OPENAPI names a document that is already there.
"""

import json
import os
import pathlib
import subprocess

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    given = os.environ.get("VENDANGE_OPENAPI")
    path = pathlib.Path(given) if given else tmp_path_factory.mktemp("openapi") / "openapi.json"
    if not given:
        subprocess.run(
            ["swift", "test", "--skip-build", "--filter", "OpenAPITests/isWrittenForValidators"],
            cwd=ROOT,
            env={**os.environ, "VENDANGE_OPENAPI_PATH": str(path)},
            check=True,
        )
    return json.loads(path.read_text())


def test_is_valid(document):
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_says_what_fails(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "default" in operation["responses"], f"{method} {path}"


def test_a_broken_document_is_noticed(document):
    broken = json.loads(json.dumps(document))
    del broken["info"]["version"]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())
