import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { target } from './stack.mjs';

const figures = new Map();

/// Keeps the worst value of a figure.
export function note(name, value, unit) {
  const known = figures.get(name) ?? { value: 0, n: 0 };
  figures.set(name, { value: Math.max(known.value, value), unit, n: known.n + 1 });
}

/// One JSON line a figure, beside those of `cargo measure`.
export function write() {
  const folder = path.join(target, 'measure');
  mkdirSync(folder, { recursive: true });
  const lines = [...figures].map(([name, figure]) => `${JSON.stringify({ name, ...figure })}\n`);
  writeFileSync(path.join(folder, 'browser.jsonl'), lines.join(''));
}
