import { launch, visitor } from './chromium.mjs';
import { Mailbox } from './mailbox.mjs';
import { Stack } from './stack.mjs';
import { Staff } from './staff.mjs';
import { Stripe } from './stripe.mjs';

/// What all suites share: one stack, one Chromium.
export const world = {};

export async function open() {
  world.stack = new Stack();
  await world.stack.start();
  await world.stack.moveClock(noon(world.stack.now()));
  world.desk = new Staff(world.stack, 'front_desk');
  world.biller = new Staff(world.stack, 'biller');
  world.mailbox = new Mailbox(world.stack);
  world.stripe = new Stripe(world.stack);
  world.browser = await launch();
}

/// The next time it is noon in the practice's zone, or an hour off: well within the hours in which mail goes out.
function noon(now) {
  const date = new Date(now);
  date.setUTCHours(17, 0, 0, 0);
  if (date < now) date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().replace('.000', '');
}

export function visit(options) {
  return visitor(world.browser, options);
}

export async function close() {
  await world.browser?.close();
  if (world.stack?.isRunning) await world.stack.stop();
}
