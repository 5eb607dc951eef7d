"""Fixtures: one simulator with one webhook receiver for the whole run, reset of faults before each test."""

import pytest
import requests

from simulator import WEBHOOK_SECRET, Receiver, Simulator


@pytest.fixture(scope="session")
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture(scope="session")
def process(receiver):
    simulator = Simulator("--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET)
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(process):
    process.control("DELETE", "faults")
    return process


@pytest.fixture
def api(simulator):
    """The `/v1` services of Stripe's own SDK."""
    return simulator.client.v1


@pytest.fixture
def browser():
    """A browser without JavaScript."""
    with requests.Session() as session:
        yield session
