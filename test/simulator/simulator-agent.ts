import https, { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/**
 * Makes Node's HTTPS speak with the simulator whatever host is asked for: SDKs have api.mch.weixin.qq.com written into
 * them. The certificate is verified for the host asked for; nothing is resolved and nothing leaves this machine.
 * `ca`: the simulator's authority, PEM. Undone by the returned function.
 */
export function sendHttpsToSimulator(tlsUrl: string, ca: Buffer): { agent: Agent; undo: () => void } {
  const { port } = new URL(tlsUrl);

  class SimulatorAgent extends Agent {
    override createConnection(
      options: AgentOptions & { host?: string },
      callback?: (error: Error | null, stream: Duplex) => void,
    ): Duplex | null | undefined {
      const servername = options.servername ?? options.host;
      const target = { host: '127.0.0.1', port: Number(port), ca, ...(servername && { servername }) };
      return super.createConnection({ ...options, ...target }, callback);
    }
  }

  const before = https.globalAgent;
  const agent = new SimulatorAgent();
  https.globalAgent = agent;
  return {
    agent,
    undo: () => {
      https.globalAgent = before;
    },
  };
}
