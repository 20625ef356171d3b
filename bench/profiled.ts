import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import process from 'node:process';

/** Preloaded into a process that `--profile` looks at: SIGUSR2 begins a CPU profile, the end of the process writes it. */
process.once('SIGUSR2', () => {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 500 });
  session.post('Profiler.start');
  process.once('exit', () => {
    session.post('Profiler.stop', (error, result) => {
      if (error === null)
        writeFileSync(
          join(process.env['PROFILE_DIR'] ?? '.', `${process.pid}.cpuprofile`),
          JSON.stringify(result.profile),
        );
    });
  });
});
