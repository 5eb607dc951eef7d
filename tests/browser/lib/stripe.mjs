/// The Stripe simulator: its API with the practice's key, and its control API.
export class Stripe {
  constructor(stack) {
    this.url = stack.stripe;
    this.key = stack.secrets.stripe_secret_key;
  }

  async list(what) {
    const found = [];
    let more = true;
    while (more) {
      const after = found.length > 0 ? `&starting_after=${found.at(-1).id}` : '';
      const headers = { authorization: `Bearer ${this.key}` };
      const answer = await fetch(`${this.url}/v1/${what}?limit=100${after}`, { headers });
      if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
      const page = await answer.json();
      found.push(...page.data);
      more = page.has_more;
    }
    return found;
  }

  /// The sessions and charges that a payment led to.
  async of(payment) {
    const sessions = (await this.list('checkout/sessions')).filter(
      (session) => session.metadata.payment === payment.id,
    );
    const intents = sessions.map((session) => session.payment_intent);
    const charges = (await this.list('charges')).filter((charge) => intents.includes(charge.payment_intent));
    return { sessions, charges };
  }

  async control(path, body) {
    const answer = await fetch(`${this.url}/_simulator/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}
