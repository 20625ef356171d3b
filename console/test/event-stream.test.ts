import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventReader } from '../src/live/event-stream.ts';

test('events are read however the network cuts them', () => {
  const text =
    'retry: 1500\n\n: heartbeat\n\nid: 7\nevent: order.created\ndata: {"a":\ndata: 1}\n\nid: 8\r\nevent: x\r\ndata: y\r\n\r\n';
  for (let size = 1; size <= text.length; size += 1) {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...reader.read(text.slice(at, at + size)));
    assert.deepEqual(events, [
      { type: 'order.created', data: '{"a":\n1}' },
      { type: 'x', data: 'y' },
    ]);
    assert.equal(reader.lastEventId, '8');
    assert.equal(reader.retryMs, 1500);
  }
});

test('half an event of a broken connection is forgotten, its place is not', () => {
  const reader = new EventReader();
  reader.read('id: 1\ndata: whole\n\nid: 2\ndata: ha');
  assert.equal(reader.lastEventId, '1');
  reader.startAnew();
  assert.deepEqual(reader.read('id: 2\ndata: half\n\n'), [{ type: 'message', data: 'half' }]);
});
