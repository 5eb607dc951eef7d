/** Starts the simulator and a webhook receiver, and talks to both as a test needs. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import Stripe from "stripe";

export const SECRET_KEY = "sk_test_simulator";
export const WEBHOOK_SECRET = "whsec_of_the_tests";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** An HTTP server that keeps what is posted to it. */
class Receiver {
  received = [];
  #server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    this.received.push({ signature: request.headers["stripe-signature"], body: Buffer.concat(chunks).toString() });
    response.end();
  });

  async start() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.url = `http://127.0.0.1:${this.#server.address().port}/webhooks`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** One process of the simulator with its receiver; `stop` ends both. */
export async function start() {
  const receiver = new Receiver();
  await receiver.start();
  const binary =
    process.env.STRIPE_SIMULATOR_BIN ??
    join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug/examples/stripe-simulator");
  const options = ["--port", "0", "--secret-key", SECRET_KEY];
  const child = spawn(binary, [...options, "--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const url = new URL(line);
  const stripe = new Stripe(SECRET_KEY, {
    host: url.hostname,
    port: url.port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
  return { url: url.origin, receiver, stripe, control: control(url.origin), stop: stop(child, receiver) };
}

function control(origin) {
  return async (method, path, body) => {
    const answer = await fetch(`${origin}/_simulator/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

function stop(child, receiver) {
  return async () => {
    receiver.stop();
    child.kill();
    await once(child, "exit");
  };
}
