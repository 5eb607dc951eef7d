import { after, before, describe } from 'node:test';
import { close, open, world } from './lib/world.mjs';
import main from './suites/main.mjs';

describe('Paywell in a browser', () => {
  before(open);
  after(close);
  main();
});
