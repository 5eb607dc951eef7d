"""Derives resource_shapes.json: the member names and JSON types of Stripe's sample objects, nothing else.

The samples are `openapi/fixtures3.json` of the public repository stripe/openapi (MIT). To renew the file:

    STRIPE_FIXTURES=path/to/fixtures.json python3 tests/stripe/derive_shapes.py
"""

import json
import os
import pathlib

RESOURCES = [
    "balance",
    "balance_transaction",
    "charge",
    "checkout.session",
    "customer",
    "dispute",
    "event",
    "mandate",
    "payment_intent",
    "payment_method",
    "payout",
    "refund",
    "setup_intent",
    "webhook_endpoint",
]
HERE = pathlib.Path(__file__).parent
TYPES = {bool: "boolean", int: "integer", str: "string", type(None): "null", list: "array"}


def shape(value):
    """The type of a value; of an object, the shape of each member."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in sorted(value.items())}
    return TYPES[type(value)]


def fixtures_path():
    default = HERE.parents[2] / "shared" / "stripe" / "fixtures.json"
    return pathlib.Path(os.environ.get("STRIPE_FIXTURES", default))


def derive(path):
    samples = json.loads(path.read_text())["resources"]
    shapes = {name: shape(samples[name]) for name in RESOURCES}
    # The data of an event and the details of a mandate differ with its type; metadata is anyone's.
    shapes["event"]["data"]["object"] = {}
    shapes["mandate"]["payment_method_details"] = {"type": "string"}
    shapes["payment_method"]["metadata"] = {}
    return shapes


if __name__ == "__main__":
    text = json.dumps(derive(fixtures_path()), indent=1, sort_keys=True)
    (HERE / "resource_shapes.json").write_text(text + "\n")
