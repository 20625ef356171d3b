import { serve } from './floor-server.js';
import { believe, OK, settle } from './grouped-notices.js';

/**
 * Program: the floor of a payment notification, deciding in groups. With TABLES=ours it says what the fastest conceivable server
 * could reach on our tables.
 */
serve(async (_request, body) => {
  const notice = believe(body);
  if (notice === undefined) return { status: 401, contentType: 'text/plain', body: 'FAIL' };
  await settle(notice);
  return { status: 200, contentType: 'text/xml', body: OK };
});
