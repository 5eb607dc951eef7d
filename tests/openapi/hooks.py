"""What a description cannot say: each command has a key of its own, and bills are a known patient's."""

import os
import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Good requests are sent as new commands; bad ones as they are."""
    meta = case.meta
    if meta is not None and not meta.generation.mode.is_positive:
        return
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if isinstance(case.body, dict) and "patient_id" in case.body:
        case.body["patient_id"] = os.environ["PAYWELL_PATIENT"]
