import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { World } from '../world.js';
import { readInput } from './input.js';
import { printView } from './views.js';

const listInput = z.object({ sn: z.string().optional() });
const printerInput = z.strictObject({ online: z.boolean() });

/** The printers of the shop and their paper. */
export function printRoutes(app: FastifyInstance, world: World): void {
  app.get('/_sim/prints', (request) => {
    const { sn } = readInput(listInput, request.query);
    const prints = world.printerCloud.allPrints().filter((print) => sn === undefined || print.sn === sn);
    return { items: prints.map(printView) };
  });

  app.get('/_sim/printers', () => ({ items: world.printerCloud.allPrinters() }));

  // Switches a printer on or off; an unknown number is a new printer of the account.
  app.post<{ Params: { sn: string } }>('/_sim/printers/:sn', (request) => {
    const { online } = readInput(printerInput, request.body);
    return world.printerCloud.setOnline(request.params.sn, online);
  });
}
