import { after, before, describe } from 'node:test';
import { close, open } from './lib/world.mjs';
import docs from './suites/docs.mjs';
import hosted from './suites/hosted.mjs';
import links from './suites/links.mjs';
import looks from './suites/looks.mjs';
import main from './suites/main.mjs';
import outreach from './suites/outreach.mjs';
import thePortal from './suites/portal.mjs';
import privacy from './suites/privacy.mjs';
import stop from './suites/stop.mjs';
import tabs from './suites/tabs.mjs';

describe('Paywell in a browser', () => {
  before(open);
  after(close);
  main();
  hosted();
  tabs();
  links();
  looks();
  docs();
  outreach();
  thePortal();
  privacy();
  stop();
});
