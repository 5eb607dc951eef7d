import { readFileSync, readdirSync } from 'node:fs';

/// Process id, parent and start time of everything that runs.
function all() {
  const found = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      found.push({ pid: Number(name), parent: Number(parent), state, start: rest[17] });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/// A process's children, their children, and so on.
export function descendants(pid) {
  const processes = all();
  const family = [];
  const parents = [pid];
  while (parents.length > 0) {
    const parent = parents.pop();
    const children = processes.filter((process) => process.parent === parent);
    family.push(...children);
    parents.push(...children.map((child) => child.pid));
  }
  return family;
}

/// Which of them still run.
export function alive(processes) {
  const now = all();
  return processes.filter(({ pid, start }) =>
    now.some((process) => process.pid === pid && process.start === start && process.state !== 'Z'),
  );
}
