import { campaign } from './campaign.js';
import type { Work, WorkerMessage } from './main.js';

/** One process of `npm run simulate`: its share of the batches, until one breaks a rule. */
process.once('message', ({ wechat, seed, batches, shorten }: Work) => {
  void campaign(wechat, seed, batches, { shorten, report: (progress) => tell({ progress }) }).then(
    (find) => tell(find === undefined ? { done: true } : { find }, 0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(1)); // nobody listens any more

/** @param exitCode given for the last word */
function tell(message: WorkerMessage, exitCode?: number): void {
  process.send?.(message, undefined, undefined, () => {
    if (exitCode !== undefined) process.exit(exitCode);
  });
}
