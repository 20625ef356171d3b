import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, request, type Dispatcher } from 'undici';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { AllowedHosts } from './address-guard.js';
import { guardedConnect } from './guarded-connect.js';

/** All of it: resolving, connecting, sending, the answer. */
const TIMEOUT_MS = 5000;
const ANSWER_BYTES = 1024;

export interface WebhookAnswer {
  status: number;
  /** The first kilobyte. */
  body: string;
}

/** Sends to addresses that people typed in: to the internet only, without following redirects, and not for long. */
@Injectable()
export class WebhookHttp implements OnApplicationShutdown {
  private readonly agent: Agent;

  constructor(@Inject(SETTINGS) { webhook }: Settings) {
    this.agent = new Agent({
      connections: 8,
      connect: guardedConnect(new AllowedHosts(webhook.allowedHosts), TIMEOUT_MS),
    });
  }

  /** @throws AddressRefused, or whatever kept the answer away */
  async post(url: string, headers: Record<string, string>, body: string): Promise<WebhookAnswer> {
    const answer = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'wechat-pay-checkout-webhooks',
        ...headers,
      },
      body,
      dispatcher: this.agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.statusCode, body: await beginningOf(answer.body) };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }
}

/** The status has decided; a body that never ends, or breaks off, changes nothing. */
async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= ANSWER_BYTES) break; // ends the loop's stream as well
    }
  } catch {
    // what has come is kept
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString();
}
