import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { removeCluster } from '../../scripts/embedded-postgres-place.js';
import { freePort, startEmbeddedPostgres, type EmbeddedPostgres } from '../../scripts/embedded-postgres.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { migrate } from '../../src/database/migrate.js';
import { Control } from '../support/control.js';
import { RoundRobin } from '../support/round-robin.js';
import { Instance } from './instance.js';

const DATABASE = 'chaos';
const INSTANCES = 2;

/** Everything there is: a database that keeps what it commits, WeChat, two instances, a load balancer. */
export class Machine {
  private constructor(
    private readonly home: string,
    private postgres: EmbeddedPostgres,
    private readonly simulator: Simulator,
    readonly control: Control,
    readonly instances: readonly Instance[],
    private readonly balancer: RoundRobin,
  ) {}

  static async start(api: 'v2' | 'v3'): Promise<Machine> {
    const home = await mkdtemp(join(tmpdir(), 'checkout-chaos-'));
    await chmod(home, 0o711); // the server may run as another user
    const postgres = await startEmbeddedPostgres({ dataDir: join(home, 'postgres'), password: 'chaos' });
    const admin = new pg.Client(postgres.url('postgres'));
    await admin.connect();
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    await admin.end();
    await migrate(postgres.url(DATABASE));
    const simulator = await startSimulator({ dir: join(home, 'wechat'), port: 0, tlsPort: 0 });
    const ports: number[] = [];
    while (ports.length < INSTANCES) ports.push(await freePort());
    const balancer = await RoundRobin.start(ports);
    simulator.setAppUrl(balancer.url);
    const merchant = parseEnv(await readFile(join(simulator.merchantDir, 'merchant.env'), 'utf8'));
    const env = {
      ...(merchant as Record<string, string>),
      WXPAY_API: api,
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      HOST: '127.0.0.1',
      PUBLIC_URL: balancer.url,
      DATABASE_URL: postgres.url(DATABASE),
      SESSION_SECRET: 'a session secret that only chaos uses',
      DATA_ENCRYPTION_KEY: 'an encryption key that only chaos uses',
      SIM_CLOCK_URL: `${simulator.controlUrl}/_sim/clock`,
      WXPAY_TIMEOUT_MS: '1500',
      REFUND_FOUR_EYES: 'false',
    };
    const instances = ports.map((port) => new Instance({ ...env, PORT: String(port) }));
    await Promise.all(instances.map((each) => each.start()));
    return new Machine(home, postgres, simulator, new Control(simulator.controlUrl), instances, balancer);
  }

  /** Of the load balancer. */
  get url(): string {
    return this.balancer.url;
  }

  get databaseUrl(): string {
    return this.postgres.url(DATABASE);
  }

  /** On a connection of its own: the server may have been away since the last. */
  async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    const client = new pg.Client(this.databaseUrl);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops the server as a crash does (no checkpoint, every connection cut), and starts it: it recovers from its log. */
  async crashDatabase(): Promise<void> {
    const [place] = await this.query<{ data_directory: string }>('SHOW data_directory');
    const pidFile = await readFile(join(place?.data_directory ?? '', 'postmaster.pid'), 'utf8');
    process.kill(Number(pidFile.split('\n')[0]), 'SIGQUIT');
    await this.postgres.stop();
    await this.startDatabase();
  }

  async restartDatabase(): Promise<void> {
    await this.postgres.stop();
    await this.startDatabase();
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((each) => each.kill()));
    await this.balancer.stop();
    await this.simulator.close();
    await this.postgres.stop();
    await removeCluster(join(this.home, 'postgres'));
    await rm(this.home, { recursive: true, force: true });
  }

  private async startDatabase(): Promise<void> {
    const dataDir = join(this.home, 'postgres');
    this.postgres = await startEmbeddedPostgres({ dataDir, password: 'chaos', port: this.postgres.port });
  }
}
