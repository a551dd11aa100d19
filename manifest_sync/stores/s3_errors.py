"""What S3 and its clients say when something fails, in one sentence each, never with a secret.

The texts of the clients' own exceptions are not passed on: they repeat URLs, and with them what
somebody may have put into one. Codes: S3 API reference, "Error responses".
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import msgspec
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as ConnectionFailed
from obstore.exceptions import BaseError

from manifest_sync.core.errors import (
    Corrupted,
    Denied,
    Moved,
    NotFound,
    NotSignedIn,
    SlowDown,
    StoreError,
    Transient,
    Unreachable,
)
from manifest_sync.core.paths import shown

_THROTTLED = {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded"}
_PASSING = {
    "InternalError",
    "OperationAborted",
    "ConditionalRequestConflict",
    "RequestTimeout",
    "ServiceUnavailable",
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"}
_UNKNOWN_KEY = {"InvalidAccessKeyId", "InvalidToken"}
_ELSEWHERE = {
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "PermanentRedirect",
    "TemporaryRedirect",
}
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_DENIED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_MOVED_AWAY = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.TEMPORARY_REDIRECT}
_LONGEST_MESSAGE = 300
_CONNECTING = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)

_OBSTORE_STATUS = re.compile(r"status code: (\d{3})")
_OBSTORE_CODE = re.compile(r"<Code>([^<]*)</Code>")
_OBSTORE_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")
_OBSTORE_CREDENTIALS = re.compile(r"credential provider: (\w*)")


class Unsupported(StoreError):
    """The server does not know something that a request asks for, such as its condition."""


class KeyNeeded(StoreError):
    """An object is encrypted with a key that whoever asks for it has to bring along (SSE-C)."""


class Answer(msgspec.Struct, frozen=True):
    """What a server said, whichever client heard it."""

    status: int
    code: str
    message: str
    retry_after: str = ""
    """The header of that name. obstore does not tell it."""


class Translator(msgspec.Struct, frozen=True):
    """Turns the exceptions of botocore and obstore into ours."""

    bucket: str
    endpoint: str
    """As it may be shown."""

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Translate what is raised meanwhile; `what` completes "S3 could not …"."""
        try:
            yield
        except ClientError as error:
            raise self._refusal(what, _heard_by_botocore(error)) from error
        except BotoCoreError as error:
            raise self._failure(what, error) from error
        except (BaseError, FileNotFoundError) as error:
            raise self._of_obstore(what, str(error)) from error

    def _refusal(self, what: str, answer: Answer) -> StoreError:
        """The server answered, and the answer is no."""
        status, code = answer.status, answer.code
        if code == "NoSuchBucket":
            return StoreError(f"there is no bucket “{self.bucket}” at {self.endpoint}")
        if code in _THROTTLED or status in _BUSY:
            return SlowDown(f"S3 asks to slow down ({code})", _seconds(answer.retry_after))
        if (final := _final(what, answer)) is not None:
            return final
        if code in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Transient(f"S3 could not {what} just now ({code})")
        if status == HTTPStatus.PRECONDITION_FAILED:
            return Moved(f"S3 did not {what}: what is there has changed")
        if code == "BadDigest":
            return Corrupted(f"S3 did not {what}: other bytes arrived than were promised")
        if code in _ELSEWHERE or status in _MOVED_AWAY:
            return self._elsewhere()
        if (denial := self._denial(what, answer)) is not None:
            return denial
        if status == HTTPStatus.NOT_FOUND:
            return NotFound(f"S3 could not {what}: nothing is there")
        said = shown(answer.message)[:_LONGEST_MESSAGE]
        return StoreError(f"S3 could not {what}: {code}" + (f" ({said})" if said else ""))

    def _denial(self, what: str, answer: Answer) -> Denied | None:
        code = answer.code
        if code in _EXPIRED:
            return NotSignedIn("the credentials have expired; sign in again and repeat the command")
        if code in _UNKNOWN_KEY:
            return NotSignedIn(f"{self.endpoint} does not know these credentials ({code})")
        if code == "SignatureDoesNotMatch":
            # Of a wrong secret, or of one key that something on the way spells in another way.
            return Denied(f"{self.endpoint} does not know these credentials ({code})")
        if code == "RequestTimeTooSkewed":
            return NotSignedIn("S3 refuses the requests because this computer's clock is wrong")
        if answer.status in _DENIED:
            return Denied(f"the credentials do not allow to {what} ({code})")
        return None

    def _failure(self, what: str, error: BotoCoreError) -> StoreError:
        """There was no answer, or not even a request."""
        match error:
            case NoCredentialsError():
                return no_credentials()
            case PartialCredentialsError():
                return NotSignedIn(
                    "the AWS credentials are incomplete: the key or the secret is missing"
                )
            case ProfileNotFound():
                return Denied(f"AWS's configuration files have no such profile: {_profile(error)}")
            case SSOError() | TokenRetrievalError():
                return _sso_expired()
            case CredentialRetrievalError():
                return _not_obtained()
            case SSLError():
                return self._untrusted()
            case FlexibleChecksumError():
                return Corrupted(f"S3 could not {what}: the bytes do not match their checksum")
            case HTTPClientError() | ConnectionFailed() | IncompleteReadError():
                return self._silence(reached=not isinstance(error, _CONNECTING))
            case ParamValidationError():
                return StoreError(
                    f"S3 could not {what}: the bucket's name “{self.bucket}” or a key is not valid"
                )
            case _:
                return StoreError(f"S3 could not {what} ({type(error).__name__})")

    def _of_obstore(self, what: str, text: str) -> StoreError:
        """What the server said is told by obstore only in the text of its exceptions."""
        if (status := _OBSTORE_STATUS.search(text)) is not None:
            code, message = _OBSTORE_CODE.search(text), _OBSTORE_MESSAGE.search(text)
            answer = Answer(
                status=int(status[1]),
                code=code[1] if code else status[1],
                message=message[1] if message else "",
            )
            return self._refusal(what, answer)
        if (raised := _OBSTORE_CREDENTIALS.search(text)) is not None:
            # What boto3 raised when obstore asked it for credentials.
            about_sso = raised[1].startswith(("SSO", "UnauthorizedSSO", "TokenRetrieval"))
            return _sso_expired() if about_sso else _not_obtained()
        if "InvalidCertificate(" in text:
            return self._untrusted()
        if "redirect without LOCATION" in text:
            return self._elsewhere()
        return self._silence(reached="ConnectError(" not in text)

    def _silence(self, *, reached: bool) -> Transient:
        if not reached:
            return Unreachable(f"{self.endpoint} does not answer")
        return Transient(f"the connection to {self.endpoint} broke off, or no answer came in time")

    def _elsewhere(self) -> StoreError:
        return StoreError(
            f"the bucket “{self.bucket}” is in another region; set `region`, or the profile's"
        )

    def _untrusted(self) -> StoreError:
        return StoreError(
            f"the certificate of {self.endpoint} is not trusted; set AWS_CA_BUNDLE to its authority"
        )


def _final(what: str, answer: Answer) -> StoreError | None:
    """What S3 does not do with this object, or with none."""
    if answer.status == HTTPStatus.NOT_IMPLEMENTED or answer.code == "NotImplemented":
        return Unsupported(f"S3 could not {what}: this server does not do that ({answer.code})")
    if answer.code == "InvalidObjectState":
        return StoreError(f"S3 could not {what}: it is archived and must be restored first")
    if answer.code == "InvalidRequest" and "Server Side Encryption" in answer.message:
        return KeyNeeded(
            f"S3 could not {what}: it is encrypted with a customer's own key (SSE-C), "
            "which manifest-sync does not have"
        )
    return None


def no_credentials() -> NotSignedIn:
    """The standard chain ended without credentials."""
    return NotSignedIn(
        "no AWS credentials were found; set AWS_PROFILE or AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, or run `aws configure`"
    )


def _sso_expired() -> NotSignedIn:
    return NotSignedIn("the AWS single sign-on has expired; run `aws sso login`")


def _not_obtained() -> NotSignedIn:
    return NotSignedIn("the AWS credentials could not be obtained from where they come from")


def _seconds(retry_after: str) -> float | None:
    """How long a server asks to wait; None where it does not say, or names a date instead."""
    return float(retry_after) if retry_after.isdecimal() else None


def status_of(error: ClientError) -> int:
    """The HTTP status of a refusal."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _heard_by_botocore(error: ClientError) -> Answer:
    said = error.response.get("Error", {})
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    status = status_of(error)
    return Answer(
        status=status,
        # Ceph RGW sends empty messages, which botocore makes None.
        code=said.get("Code") or str(status),
        message=said.get("Message") or "",
        retry_after=headers.get("retry-after", ""),
    )


def _profile(error: ProfileNotFound) -> str:
    return shown(str(error.kwargs.get("profile", "")))
