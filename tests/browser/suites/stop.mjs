import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../lib/figures.mjs';
import { world } from '../lib/world.mjs';

export default function stop() {
  test('the stack stops without a trace', async () => {
    write();
    await world.browser.close();
    const { code, children, left } = await world.stack.stop();
    assert.equal(code, 0);
    assert.ok(children > 2, 'the functions ran');
    assert.deepEqual(left, { processes: [], ports: [], file: false });
  });
}
