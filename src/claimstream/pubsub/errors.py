"""What can go wrong, and which of it passes by itself."""

from claimstream.pubsub.wire import AioRpcError, status_details, status_name

TRANSIENT = frozenset(
    {
        "ABORTED",
        "CANCELLED",  # of a proxy or a leaving front end; our own cancellation never arrives as a status
        "DEADLINE_EXCEEDED",
        "INTERNAL",
        "RESOURCE_EXHAUSTED",
        "UNAVAILABLE",
        "UNKNOWN",
    }
)
"""Statuses after which the same call may succeed."""

NEEDS_A_PERSON = frozenset({"FAILED_PRECONDITION", "NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED"})
"""Statuses after which the same call succeeds once somebody has given a permission back or made what is missing."""

_ADVICE = {
    "NOT_FOUND": "Create it (`claimstream setup` does, or `Admin(channel)` in a program), or correct the name.",
    "PERMISSION_DENIED": "Give the service account the Pub/Sub role for it (roles/pubsub.subscriber to pull, "
    "roles/pubsub.publisher to publish), or correct the project in the settings.",
    "UNAUTHENTICATED": "Check the credentials: GOOGLE_APPLICATION_CREDENTIALS, workload identity, or "
    "`gcloud auth application-default login`. The key may have been deleted, or the clock of this machine be wrong.",
    "INVALID_ARGUMENT": "Correct what is named here. Names of resources have the form "
    "projects/PROJECT/topics/NAME or projects/PROJECT/subscriptions/NAME.",
    "FAILED_PRECONDITION": "The resource is in a state that forbids this: a push, export or detached subscription?",
    "ALREADY_EXISTS": "Choose another name, or delete the existing one.",
    "UNAVAILABLE": "The service cannot be reached: check the network, the endpoint, and PUBSUB_EMULATOR_HOST.",
}


class PubSubError(Exception):
    """A call to Pub/Sub failed for good.

    `code` is the gRPC status name, like "NOT_FOUND"; `resource` the topic or subscription concerned.
    """

    def __init__(self, action: str, resource: str, code: str, details: str) -> None:
        self.action = action
        self.resource = resource
        self.code = code
        self.details = details
        advice = _ADVICE.get(code, "")
        text = f"Pub/Sub: cannot {action} {resource}: {code}"
        details = details.rstrip(".")
        super().__init__(f"{text} ({details}). {advice}".rstrip() if details else f"{text}. {advice}".rstrip())

    @classmethod
    def of(cls, error: BaseException, action: str, resource: str) -> "PubSubError":
        """From the error of a failed call."""
        return cls(action, resource, status_name(error), status_details(error))


class SubscriptionError(PubSubError):
    """The subscription cannot be pulled from: the stream ended with a status that waiting does not cure."""


def is_transient(error: BaseException) -> bool:
    """Whether the error is a failed call's, and waiting may help."""
    return isinstance(error, AioRpcError) and status_name(error) in TRANSIENT
