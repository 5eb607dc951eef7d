"""Starts the simulator and a webhook receiver, and talks to both as a test needs."""

import datetime
import http.server
import os
import pathlib
import subprocess
import threading
import time

import requests
import stripe

SECRET_KEY = "sk_test_simulator"
WEBHOOK_SECRET = "whsec_of_the_tests"


def wait_for(look, what, seconds=10):
    """What `look` gives as soon as it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Receiver:
    """An HTTP server that keeps what is posted to it."""

    def __init__(self):
        self.received = []
        self.answers = []
        self.seen = 0
        self.verified = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = receiver.answers.pop(0) if receiver.answers else 200
                receiver.received.append((dict(self.headers), body, status))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        """Every accepted event, its signature verified by Stripe's own SDK."""
        while self.seen < len(self.received):
            headers, body, status = self.received[self.seen]
            self.seen += 1
            if status == 200:
                signature = {name.lower(): value for name, value in headers.items()}["stripe-signature"]
                # Signed by the simulator's clock, which may have been moved: any age will do.
                event = stripe.Webhook.construct_event(body, signature, WEBHOOK_SECRET, tolerance=None)
                self.verified.append(event)
        return self.verified

    def event(self, kind, object_id):
        """The event of this type about this object, waited for."""

        def look():
            return next((e for e in self.events() if e.type == kind and e.data.object["id"] == object_id), None)

        return wait_for(look, f"{kind} of {object_id}")


class Simulator:
    """One process of the simulator."""

    def __init__(self, *arguments):
        binary = os.environ.get("STRIPE_SIMULATOR_BIN") or default_binary()
        command = [binary, "--port", "0", "--secret-key", SECRET_KEY, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the simulator did not start"
        self.client = self.client_with(SECRET_KEY)

    def client_with(self, key):
        return stripe.StripeClient(key, base_addresses={"api": self.url}, max_network_retries=0)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)

    def control(self, method, path, body=None):
        response = requests.request(method, f"{self.url}/_simulator/{path}", json=body, timeout=10)
        assert response.ok, (path, response.status_code, response.text)
        return response.json() if response.content else None

    def fault(self, path, kind, **more):
        self.control("POST", "faults", {"path": path, "kind": kind, **more})

    def advance(self, **time):
        """Moves the simulator's clock, by what `timedelta` takes; its new time."""
        seconds = int(datetime.timedelta(**time).total_seconds())
        return self.control("POST", "clock", {"advance_seconds": seconds})["now"]

    def settle(self, intent, outcome="as_account"):
        return self.control("POST", "debits/settle", {"id": intent, "outcome": outcome})


def default_binary():
    root = pathlib.Path(__file__).parents[2]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    return str(target / "debug" / "examples" / "stripe-simulator")
