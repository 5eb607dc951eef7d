import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './stack.mjs';

/// The languages that every page is complete in.
export const LANGUAGES = ['en', 'es'];

const catalogues = Object.fromEntries(LANGUAGES.map((language) => [language, read(language)]));

/// The messages of a catalogue that stand on one line.
function read(language) {
  const file = path.join(root, 'shared/pages/src/locale', `${language}.ftl`);
  const lines = readFileSync(file, 'utf8').matchAll(/^([a-z-]+) = (.+)$/gm);
  return new Map(Array.from(lines, ([, message, text]) => [message, text]));
}

/// A message without variables, as pages in a language have it.
export function words(language, message) {
  const text = catalogues[language].get(message);
  if (!text || text.includes('{')) throw new Error(`no plain message ${message} in ${language}`);
  return text;
}
