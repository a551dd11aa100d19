"""A server that minds the ETags of a batched delete, as the servers of the tests do not."""

import re
from html import unescape

from botocore.exceptions import ClientError

from tests.rewriting_s3 import Headers, Rewriter
from tests.servers import S3Server
from tests.stores.scripted_s3 import Reply

_OBJECT = re.compile(r"<Object>.*?</Object>", re.DOTALL)
_KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)
_ETAG = re.compile(r"<ETag>(.*?)</ETag>")


def mind_etags(proxy: Rewriter, behind: S3Server) -> None:
    """Have a batch refused, key by key, where an ETag is named that the object does not have."""
    client = behind.client()

    def has(bucket: str, key: str, etag: str) -> bool:
        try:
            return client.head_object(Bucket=bucket, Key=key)["ETag"].strip('"') == etag.strip('"')
        except ClientError:
            return False

    def judged(method: str, path: str, _headers: Headers, body: bytes) -> Reply | None:
        if method != "POST" or b"<Delete" not in body:
            return None
        bucket, told = path.strip("/"), ""
        for named in _OBJECT.findall(body.decode()):
            spelt = _KEY.findall(named)[0]
            key = unescape(spelt)
            if all(has(bucket, key, unescape(etag)) for etag in _ETAG.findall(named)):
                client.delete_object(Bucket=bucket, Key=key)
                told += f"<Deleted><Key>{spelt}</Key></Deleted>"
            else:
                told += f"<Error><Key>{spelt}</Key><Code>PreconditionFailed</Code></Error>"
        said = f"<DeleteResult>{told}</DeleteResult>".encode()
        return Reply(200, {"Content-Type": "application/xml"}, said)

    proxy.instead = judged
