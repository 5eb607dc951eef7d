import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE = 30_000;
const PAUSE = 50;

/// Asks again and again until the answer is truthy, and returns it; fails when the deadline has passed.
export async function until(what, ask, deadline = DEADLINE) {
  const end = Date.now() + deadline;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${deadline / 1000} s: ${what}`);
    await sleep(PAUSE);
  }
}
