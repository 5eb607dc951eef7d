import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { requireFaketime } from './faketime.mjs';
import { alive, descendants } from './processes.mjs';
import { until } from './until.mjs';

const run = promisify(execFile);

export const root = path.resolve(import.meta.dirname, '../../..');
export const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
const program = path.join(target, 'debug/examples/dev');

/// Compiling the functions is part of the start.
const START = 10 * 60_000;
const STOP = 20_000;

/// The stack in a folder and on ports of its own, beside the one that a developer runs.
export class Stack {
  data = path.join(target, 'browser');
  output = '';

  async start() {
    requireFaketime();
    mkdirSync(this.data, { recursive: true });
    rmSync(this.file, { force: true });
    // Two instances of each function: what happens at once does so here, too.
    const options = ['--port', '0', '--fresh', '--no-demo', '--concurrency', '2', '--data', this.data];
    this.process = spawn('cargo', ['dev', ...options], { cwd: root });
    this.process.on('error', (error) => (this.output += error));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (text) => (this.output += text));
    }
    this.ended = new Promise((resolve) => this.process.on('close', (code, signal) => resolve({ code, signal })));
    await until('the stack is ready', () => this.read(), START);
    if (!this.clock) throw new Error('the stack goes by the real clock although libfaketime is there');
  }

  get file() {
    return path.join(this.data, 'stack.json');
  }

  read() {
    if (!this.isRunning) throw new Error(`the stack ended:\n${this.output}`);
    if (!existsSync(this.file)) return false;
    Object.assign(this, JSON.parse(readFileSync(this.file, 'utf8')));
    return true;
  }

  get isRunning() {
    return Boolean(this.process) && this.process.exitCode === null && this.process.signalCode === null;
  }

  /// The functions' log.
  log() {
    return readFileSync(path.join(this.data, 'functions.log'), 'utf8');
  }

  get secrets() {
    return JSON.parse(readFileSync(path.join(this.data, 'secrets.json'), 'utf8'));
  }

  /// The nightly run, as `cargo dev outreach` starts it.
  async outreach() {
    const { stdout } = await run(program, ['outreach', '--data', this.data]);
    return JSON.parse(stdout);
  }

  /// Moves the stack's clock, as `cargo dev clock` does.
  async moveClock(to) {
    await run(program, ['clock', to, '--data', this.data]);
  }

  /// The stack's time.
  now() {
    const file = path.join(this.data, 'clock');
    const seconds = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    return new Date(Date.now() + seconds * 1000);
  }

  get ports() {
    const urls = [this.api, this.mailbox, this.stripe, this.issuer, this.dynamodb, this.lambda];
    return urls.map((url) => Number(new URL(url).port));
  }

  /// Stops it as Ctrl-C would, and says what it leaves behind.
  async stop() {
    const family = descendants(this.process.pid);
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP);
    const { code, signal } = await this.ended;
    clearTimeout(timer);
    const ports = await Promise.all(this.ports.map(async (port) => ((await listens(port)) ? port : undefined)));
    return {
      children: family.length,
      code,
      signal,
      left: {
        processes: alive(family),
        ports: ports.filter((port) => port !== undefined),
        file: existsSync(this.file),
      },
    };
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => socket.destroy());
  });
}
