import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Without it a test that is killed would leave its servers behind. */
const END_WITH_PARENT = new URL('../../scripts/end-with-parent.js', import.meta.url).href;
const MAIN = fileURLToPath(new URL('../../service/main.js', import.meta.url));

/** The application as a process of its own, for what only a process can show: signals, crashes, exit codes. */
export class AppProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Everything it has printed so far. */
    readonly output: { text: string },
  ) {}

  /** Starts it and waits until it listens. @throws Error with its words when it ends first */
  static async start(env: Record<string, string>): Promise<AppProcess> {
    const app = AppProcess.spawn(env);
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (app.output.text.includes('listening on')) resolve();
      };
      app.child.stdout?.on('data', look);
      app.child.once('exit', (code) =>
        reject(new Error(`the application ended with ${code}: ${app.output.text}`)),
      );
    });
    return app;
  }

  /** Starts it without waiting. */
  static spawn(env: Record<string, string>): AppProcess {
    const child = fork(MAIN, [], {
      cwd: fileURLToPath(new URL('.', import.meta.url)), // has no .env
      env: { PATH: process.env['PATH'] ?? '', ...env },
      execArgv: ['--import', END_WITH_PARENT],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const output = { text: '' };
    const keep = (chunk: Buffer): void => {
      output.text += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    return new AppProcess(child, output);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for its end. @returns the exit code; null when a signal ended it */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  /** As a power cut would. */
  async crash(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }
}
