"""Raw mail and attachments in a Google Cloud Storage bucket. An object once written is never overwritten.

The last part of an object's name is a sender's file name, which may hold a client's: it enters no error and no span.
"""

import asyncio
import base64
import hashlib
import inspect
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from gcloud.aio.auth import Token
from gcloud.aio.storage import Storage
from opentelemetry import trace

from claimstream.external.door import Door
from claimstream.external.errors import (
    Exists,
    ExternalError,
    LockedOut,
    NotFound,
    Outage,
    Refused,
    Throttled,
    Unauthorised,
)
from claimstream.external.http import connection_error, server_attributes, status_error
from claimstream.external.sessions import new_session

SERVICE = "gcs"
T = TypeVar("T")

_GOOGLE = "https://www.googleapis.com"
_LIBRARY_TIMEOUT_SECONDS = 600
"""Longer than the door's, which is the one that counts."""
_SCOPES = ["https://www.googleapis.com/auth/devstorage.read_write"]
_ADVICE = (
    "Check GOOGLE_APPLICATION_CREDENTIALS (or workload identity), and give the service account "
    "roles/storage.objectUser on the bucket."
)
_THROTTLED = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"})
_ACCOUNT = frozenset({"accountDisabled", "accountDisabledInTransit", "userProjectAccountProblem", "billingNotEnabled"})
"""Reasons of a 403: a rate limit, and what keeps us out of every object
(https://cloud.google.com/storage/docs/json_api/v1/status-codes)."""
_FOREIGN = "answered with something else than was asked for. Is something between us and Google?"


@dataclass(frozen=True)
class BlobsOptions:
    bucket: str
    api_root: str | None = None
    """Of a server of one's own, without credentials; None: ``STORAGE_EMULATOR_HOST``, else Google."""
    service_file: str | None = None
    """Key file; None: application default credentials."""


class Blobs:
    """Objects by name in one bucket. Errors are those of the door."""

    def __init__(self, door: Door, options: BlobsOptions) -> None:
        self._bucket = options.bucket
        self._options = options
        self._api_root = options.api_root or os.environ.get("STORAGE_EMULATOR_HOST")
        self._service = door.service(SERVICE, _classify)
        self._opened: Storage | None = None
        self._attributes = server_attributes(self._api_root or _GOOGLE)

    async def put(
        self, object_name: str, data: bytes, content_type: str, metadata: Mapping[str, str] | None = None
    ) -> str:
        """Store the bytes; the object's ``gs://bucket/name``. Storing the same bytes again changes nothing.

        :raises Refused: other bytes are stored under this name.
        :raises Unauthorised: there is no such bucket.
        """
        own = {key: value for key, value in (metadata or {}).items() if value}

        digest = _md5(data)

        async def upload(storage: Storage) -> None:
            # Only a multipart upload makes the precondition hold on every server, and metadata makes it one.
            stored = await storage.upload(
                self._bucket,
                object_name,
                data,
                content_type=content_type,
                parameters={"ifGenerationMatch": "0"},
                metadata={"metadata": {"sha256": hashlib.sha256(data).hexdigest(), **own}},
                force_resumable_upload=False,
                timeout=_LIBRARY_TIMEOUT_SECONDS,
            )
            if _named(stored, object_name, "objects.insert").get("md5Hash", digest) != digest:
                raise Outage(SERVICE, "objects.insert", "answered 200, but did not store what was sent")

        try:
            await self._call("objects.insert", "POST", upload, needs_only=self._bucket)
        except Exists as refusal:
            await self._same_or_refuse(object_name, data, refusal)
        return f"gs://{self._bucket}/{object_name}"

    async def get(self, uri: str) -> bytes:
        """The bytes at ``gs://bucket/name``.

        :raises NotFound: there is no such object.
        :raises Unauthorised: there is no such bucket.
        """
        bucket, name = _parts(uri)
        try:
            return await self._call(
                "objects.get",
                "GET",
                lambda storage: storage.download(bucket, name, timeout=_LIBRARY_TIMEOUT_SECONDS),
            )
        except NotFound:
            await self._require_bucket(bucket)
            raise

    async def exists(self, uri: str) -> bool:
        """Whether there is an object at ``gs://bucket/name``.

        :raises Unauthorised: there is no such bucket.
        """
        bucket, name = _parts(uri)
        try:
            await self._metadata(bucket, name)
        except NotFound:
            await self._require_bucket(bucket)
            return False
        return True

    async def check(self) -> str:
        """Look at the bucket.

        :raises ExternalError: with what to mend.
        """
        await self._call(
            "buckets.get",
            "GET",
            lambda gcs: gcs.get_bucket_metadata(self._bucket),
            retry=False,
            needs_only=self._bucket,
        )
        where = f" at {self._api_root}" if self._api_root else ""
        return f"bucket {self._bucket}{where} can be read"

    async def probe(self) -> None:
        """List one object: the rights of a worker suffice for that.

        :raises ExternalError: with what to mend.
        """
        await self._require_bucket(self._bucket, retry=False)

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.session.session.close()
            self._opened = None

    async def _metadata(self, bucket: str, name: str) -> Mapping[str, Any]:
        async def look(storage: Storage) -> Mapping[str, Any]:
            return _named(await storage.download_metadata(bucket, name), name, "objects.get")

        return await self._call("objects.get", "GET", look)

    async def _require_bucket(self, bucket: str, *, retry: bool = True) -> None:
        """A missing object and a missing bucket are both a 404. Listing tells them apart with the right that reading
        objects comes with (``roles/storage.objectUser``); looking at the bucket itself would need another one.

        :raises Unauthorised: there is no such bucket.
        """
        await self._call(
            "objects.list",
            "GET",
            lambda gcs: gcs.list_objects(bucket, params={"maxResults": "1"}),
            retry=retry,
            needs_only=bucket,
        )

    async def _same_or_refuse(self, object_name: str, data: bytes, refusal: Exists) -> None:
        """A resent upload, or a mail taken in twice, meets its own bytes: that is done, anything else is not.

        An organisation's policy answers 412 to every upload, although nothing is stored.
        """
        try:
            stored = await self._metadata(self._bucket, object_name)
        except NotFound:
            await self._require_bucket(self._bucket)
            message = f"{refusal.message}, yet nothing is stored there. Check the organisation's policies."
            raise Outage(SERVICE, refusal.operation, message, status=412) from None
        if stored.get("md5Hash") != _md5(data):
            message = f"{_place(self._bucket, object_name)} holds other bytes and is never overwritten"
            raise Refused(SERVICE, "objects.insert", message, status=412)

    async def _call(
        self,
        operation: str,
        method: str,
        function: Callable[[Storage], Awaitable[T]],
        *,
        retry: bool = True,
        needs_only: str | None = None,
    ) -> T:
        """``needs_only``: the bucket, where a 404 can mean nothing else than that it is missing."""

        async def attempt() -> T:
            try:
                storage = await self._storage()
                if not self._api_root:
                    # The library shares one task for a new token, which a waiter's cancellation would end for all.
                    await asyncio.shield(storage.token.ensure_token())
            except Exception as error:  # the library raises whatever a key file without sense leads to
                raise _no_token(error) from error
            try:
                result = await function(storage)
            except aiohttp.ClientResponseError as error:
                trace.get_current_span().set_attribute("http.response.status_code", error.status)
                said = _status_error(error)
                if operation == "objects.insert" and error.status == 412:  # of our own precondition
                    said = Exists(SERVICE, "", f"answered 412 ({_reason(error.message)})", status=412)
                if needs_only is not None and isinstance(said, NotFound):
                    # A former bucket, which old mail names, is no reason to hold up all the others.
                    kind = LockedOut if needs_only == self._bucket else Unauthorised
                    said = kind(SERVICE, "", f"there is no bucket {needs_only}. Create it, or check GCS_BUCKET.")
                raise said from None  # what the library raised quotes the object's name
            except (json.JSONDecodeError, UnicodeDecodeError):  # a page instead of JSON, with status 200
                raise Outage(SERVICE, "", _FOREIGN) from None  # what the library raised holds the page
            trace.get_current_span().set_attribute("http.response.status_code", 200)
            return result

        attributes = {"http.request.method": method, "gcp.storage.bucket": self._bucket, **self._attributes}
        return await self._service.call(operation, attempt, retry=retry, attributes=attributes)

    async def _storage(self) -> Storage:
        if self._opened is None:  # inside the loop, where its session belongs
            session = new_session(self._api_root or _GOOGLE)
            try:
                token = _Token(service_file=self._options.service_file, scopes=_SCOPES, session=session)  # type: ignore[arg-type]  # its type is that of its twin for requests
            except Exception:  # a key file without sense
                await session.close()
                raise
            self._opened = Storage(token=token, session=session, api_root=self._api_root)  # type: ignore[arg-type]  # as above
        return self._opened


class _Token(Token):
    """Asked for once: the library's own five tries would hide what is wrong behind the door's time-out."""

    async def acquire_access_token(  # type: ignore[override]  # the library's is an object of tenacity
        self,
        timeout: int = 10,  # noqa: ASYNC109 - the library's signature
    ) -> None:
        await inspect.unwrap(Token.acquire_access_token)(self, timeout)


def _classify(error: BaseException) -> ExternalError | None:
    return connection_error(SERVICE, error, setting="STORAGE_EMULATOR_HOST, if it is set")


def _status_error(error: aiohttp.ClientResponseError) -> ExternalError:
    reason = _reason(error.message)
    if error.status == 403 and reason in _THROTTLED:
        return Throttled(SERVICE, "", f"answered 403 ({reason}), slowing down", status=403)
    if error.status == 401 or (error.status == 403 and reason in _ACCOUNT):
        return LockedOut(SERVICE, "", f"answered {error.status} ({reason}). {_ADVICE}", status=error.status)
    return status_error(SERVICE, error.status, reason, advice=_ADVICE, headers=error.headers)


def _no_token(error: Exception) -> ExternalError:
    """Google's token endpoint refuses (its 400 is about the key), there is no metadata server here to ask, or the key
    file is none."""
    passing = isinstance(error, aiohttp.ClientError | OSError)
    if passing and not isinstance(error, aiohttp.ClientResponseError):
        return Outage(SERVICE, "", f"no token ({type(error).__name__}). Check the network. {_ADVICE}")
    status = getattr(error, "status", 0)
    if status == 429 or status >= 500:
        return Outage(SERVICE, "", f"no token, its endpoint answered {status}: it should pass")
    return LockedOut(SERVICE, "", f"no token ({type(error).__name__}). {_ADVICE}")


def _reason(message: str) -> str:
    """The reason in Google's error document, which the library appends to the status line."""
    start = message.find("{")
    try:
        error = json.loads(message[start:])["error"]
        return str(error["errors"][0]["reason"])
    except (ValueError, KeyError, IndexError, TypeError):
        return message.partition(":")[0]  # what follows may quote the object's name


def _named(answer: object, object_name: str, operation: str) -> Mapping[str, Any]:
    """Return the answer, which the library hands on as it came: nothing at all, a list, another object's data."""
    if isinstance(answer, dict) and answer.get("name") == object_name:
        return answer
    raise Outage(SERVICE, operation, _FOREIGN)


def _md5(data: bytes) -> str:
    """Return the hash in the form in which GCS tells it."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    if not uri.startswith("gs://") or not bucket or not name:
        raise ValueError("what should be of the form gs://bucket/name is not")
    return bucket, name


def _place(bucket: str, object_name: str) -> str:
    """Where an object is, up to tenant, email and source, without its file name."""
    return "/".join([f"gs://{bucket}", *object_name.split("/")[:-1][:3], "…"])
