import { randomUUID } from 'node:crypto';

/// A member of a practice's staff at the API.
export class Staff {
  constructor(stack, role, practice = 'prac_riverside') {
    this.base = stack.api;
    this.token = stack.tokens[practice][role];
  }

  get(path) {
    return this.send('GET', path);
  }

  post(path, body) {
    return this.send('POST', path, body);
  }

  /// Changes what is of a version.
  edit(path, version, body) {
    return this.send('PATCH', path, body, { 'if-match': `"${version}"` });
  }

  async send(method, path, body, more = {}) {
    const headers = { authorization: `Bearer ${this.token}`, ...more };
    if (method !== 'GET') headers['idempotency-key'] = randomUUID();
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  invoice(id) {
    return this.get(`/v1/invoices/${id}`);
  }

  patient(id) {
    return this.get(`/v1/patients/${id}`);
  }

  /// The payments that a patient made or began, newest first.
  async paymentsOf(patient) {
    const { items } = await this.get('/v1/payments?limit=100');
    const theirs = items.filter((payment) => payment.patient.id === patient.id);
    return Promise.all(theirs.map((payment) => this.get(`/v1/payments/${payment.id}`)));
  }
}
