/**
 * A receiver of the shop's webhooks: verifies, drops what it has seen, answers fast.
 *
 *   npm install standardwebhooks
 *   WEBHOOK_SECRET=whsec_… PORT=4000 node webhook-receiver.mjs
 */
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
/**
 * In a real system a table with a unique key, written in the transaction that does the work: the same message may come
 * again, also days later, also while the first is being handled.
 */
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
    try {
      handle(event);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end('not handled: send it again');
      return;
    }
    seen.add(id); // only now: what was marked before it was handled is lost when handling fails
  }
  // Any 2xx within five seconds; put long work aside and answer first.
  response.writeHead(204).end();
});

/** Every event is about an order, except the day that differs from WeChat's bills. */
function handle({ type, data: { order, reconciliation } }) {
  if (type.startsWith('reconciliation.'))
    console.log(`${type} ${reconciliation.date} ${reconciliation.status}`);
  else console.log(`${type} ${order.orderNo} ${order.paidFen}`);
}

server.listen(Number(process.env.PORT ?? 4000), '127.0.0.1', () =>
  console.log(`listening on ${server.address().port}`),
);
