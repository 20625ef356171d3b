import { parseArgs } from 'node:util';
import { startSimulator, type SimulatorOptions } from './simulator.js';

const USAGE = 'npm run simulator -- --out DIR [--port N] [--tls-port N] [--host ADDRESS] [--app URL]';

function readArguments(): SimulatorOptions {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      port: { type: 'string' },
      'tls-port': { type: 'string' },
      host: { type: 'string' },
      app: { type: 'string' },
    },
  });
  if (!values.out) throw new Error('--out DIR is missing');
  return {
    dir: values.out,
    ...(values.port !== undefined && { port: readPort('--port', values.port) }),
    ...(values['tls-port'] !== undefined && { tlsPort: readPort('--tls-port', values['tls-port']) }),
    ...(values.host !== undefined && { host: values.host }),
    ...(values.app !== undefined && { appUrl: readUrl('--app', values.app) }),
    log: (line) => console.error(line),
  };
}

function readPort(name: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`${name} must be a port number, 0 = any free one`);
  return Number(text);
}

function readUrl(name: string, text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new Error(`${name} must be an http(s) address`);
  return text;
}

async function main(): Promise<void> {
  const options = readArguments();
  const simulator = await startSimulator(options);
  let closing: Promise<void> | undefined;
  const stop = (): void => {
    closing ??= simulator.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  console.log(`WeChat             ${simulator.tlsUrl}`);
  console.log(`control and shop   ${simulator.controlUrl}/shop`);
  console.log(`merchant material  ${simulator.merchantDir}`);
  console.log('simulator ready');
}

main().catch((error: unknown) => {
  console.error(`simulator: ${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}`);
  process.exit(1);
});
