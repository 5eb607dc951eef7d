import axe from 'axe-core';
import { note } from './figures.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/// What axe finds wrong with a page, a line a finding.
export async function findings(page) {
  await page.evaluate(axe.source);
  const { passes, violations } = await page.evaluate((tags) => window.axe.run({ runOnly: tags }), TAGS);
  if (passes.length < 10) throw new Error(`axe looked at ${passes.length} rules only`);
  note('axe_violations', violations.length, 'violations');
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
}
