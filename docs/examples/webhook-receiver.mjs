/**
 * A receiver of the shop's webhooks: verifies, drops what it has seen, answers fast.
 *
 *   npm install standardwebhooks
 *   WEBHOOK_SECRET=whsec_… PORT=4000 node webhook-receiver.mjs
 */
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
/** In a real system a table with a unique key: the same message may come again, also days later. */
const seen = new Set();

const server = createServer(async (request, response) => {
  // The signature is over the bytes as they came: read them all, parse afterwards.
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let event;
  try {
    event = webhook.verify(Buffer.concat(chunks).toString(), request.headers);
  } catch {
    response.writeHead(401).end('not from the shop, or more than five minutes old');
    return;
  }
  const id = request.headers['webhook-id'];
  if (!seen.has(id)) {
    seen.add(id);
    handle(event);
  }
  // Any 2xx within five seconds; put long work aside and answer first.
  response.writeHead(204).end();
});

function handle({ type, data }) {
  console.log(`${type} ${data.order.orderNo} ${data.order.paidFen}`);
}

server.listen(Number(process.env.PORT ?? 4000), '127.0.0.1', () =>
  console.log(`listening on ${server.address().port}`),
);
