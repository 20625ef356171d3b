/** One event of the service's stream (server-sent events). */
export interface StreamEvent {
  type: string;
  data: string;
}

/** What came so far, cut into events; give it each piece of text as it arrives. */
export class EventReader {
  private rest = '';
  /** To be sent as `Last-Event-ID`, so that a new connection goes on where this one broke off. */
  lastEventId: string | undefined;
  /** What the service asked for between two connections; undefined until it did. */
  retryMs: number | undefined;

  constructor(lastEventId?: string) {
    this.lastEventId = lastEventId;
  }

  read(text: string): StreamEvent[] {
    const blocks = (this.rest + text).replaceAll('\r\n', '\n').split('\n\n');
    this.rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => this.event(block));
  }

  /** A broken connection loses the half of an event it was in; the next one sends it whole. */
  startAnew(): void {
    this.rest = '';
  }

  private event(block: string): StreamEvent[] {
    let type = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? [];
      if (field === 'event') type = value;
      else if (field === 'data') data.push(value);
      else if (field === 'id') this.lastEventId = value;
      else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    }
    return data.length === 0 ? [] : [{ type, data: data.join('\n') }];
  }
}
