import { EventReader, type StreamEvent } from './event-stream.ts';

const STREAM = '/api/v1/admin/events';
/** The service sends a heartbeat more often; silence longer than this is a dead connection. */
const SILENCE_MS = 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

interface Follower {
  onEvent: (event: StreamEvent) => void;
  onState: (connected: boolean) => void;
  /** The service knows the session no more. */
  onRefused: () => void;
}

/**
 * Follows the service's events until `signal` ends it: connects again after every break and says how far it got, so
 * that none is missed. `EventSource` cannot: after an error answer (a restart behind a proxy) it gives up for good and
 * forgets its place.
 */
export async function follow(signal: AbortSignal, { onEvent, onState, onRefused }: Follower): Promise<void> {
  const reader = new EventReader();
  let failures = 0;
  while (!signal.aborted) {
    try {
      await connection(signal, reader, onEvent, () => {
        failures = 0;
        onState(true);
      });
    } catch (thrown) {
      if (thrown instanceof Refused) {
        onRefused();
        return;
      }
      failures += 1;
    }
    if (signal.aborted) return;
    onState(false);
    await pause(signal, Math.min((reader.retryMs ?? FIRST_WAIT_MS) * 2 ** failures, LONGEST_WAIT_MS));
  }
}

class Refused extends Error {}

async function connection(
  signal: AbortSignal,
  reader: EventReader,
  onEvent: (event: StreamEvent) => void,
  onOpen: () => void,
): Promise<void> {
  reader.startAnew();
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch(STREAM, {
      headers: {
        Accept: 'text/event-stream',
        ...(reader.lastEventId !== undefined && { 'Last-Event-ID': reader.lastEventId }),
      },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 401 || response.status === 403) throw new Refused();
    if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
    onOpen();
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const event of reader.read(text)) onEvent(event);
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
