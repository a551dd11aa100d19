"""Our signature is the one that botocore makes of the same request."""

from unittest.mock import patch
from urllib.parse import quote

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.compat import get_current_datetime
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.stores.s3_signature import Unsigned, signed

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]))
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))


@given(
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"]),
    key=TEXT,
    query=st.dictionaries(st.sampled_from(["versions", "prefix", "key-marker", "max-keys"]), TEXT),
    headers=st.dictionaries(st.sampled_from(["if-match", "x-amz-copy-source", "a"]), VALUES),
    body=st.binary(),
    token=st.none() | st.just("t+/="),
)
def test_it_is_what_botocore_would_send(
    method: str,
    key: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes,
    token: str | None,
) -> None:
    request = Unsigned(
        method, f"/bucket/{key}", query, {**headers, "host": "example.test:9000"}, body
    )
    credentials = {"access_key_id": "AKIA", "secret_access_key": "s+/=cret"}
    if token is not None:
        credentials["session_token"] = token
    now = get_current_datetime()
    ours = signed(request, credentials, "eu-west-1", now.strftime("%Y%m%dT%H%M%SZ"))

    theirs = AWSRequest(
        method,
        f"http://example.test:9000{quote(f'/bucket/{key}', safe='/~')}",
        headers=request.headers,
        data=body,
        params=query,
    )
    with patch.object(auth, "get_current_datetime", lambda: now):
        signer = auth.S3SigV4Auth(Credentials("AKIA", "s+/=cret", token), "s3", "eu-west-1")
        signer.add_auth(theirs)
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["x-amz-content-sha256"] == theirs.headers["X-Amz-Content-SHA256"]
    assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")


def test_the_target_names_a_part_of_a_bucket_alone() -> None:
    request = Unsigned("GET", "/b/ä ~+", {"versions": "", "prefix": "a/b &=~"})
    assert request.target == "/b/%C3%A4%20~%2B?versions&prefix=a%2Fb%20%26%3D~"
