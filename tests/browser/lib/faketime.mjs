import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

function isThere() {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
  const multiarch = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`);
  return [...folders, ...multiarch].some((folder) => existsSync(`${folder}/faketime/libfaketimeMT.so.1`));
}

/// The stack's clock is moved by libfaketime; installs it where it is missing.
export function requireFaketime() {
  if (isThere()) return;
  const why = 'these tests move the clock; install libfaketime (Debian: apt-get install libfaketime)';
  if (process.getuid() !== 0) throw new Error(why);
  try {
    execFileSync('apt-get', ['update', '--quiet'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '--quiet', '--yes', 'libfaketime'], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error(why, { cause });
  }
  if (!isThere()) throw new Error(why);
}
