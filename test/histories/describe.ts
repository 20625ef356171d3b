import type { Placed } from './batch.js';
import { CALL_FAULTS, NOTIFY_FAULTS, type Schedule, type Step } from './history.js';
import { ACCOUNTS } from './world.js';

/** A history as people read it: one line per round, in the order in which it happens. */
export function describeHistory({ advances, crash }: Schedule, { index, history }: Placed): string {
  const account = ACCOUNTS[index % ACCOUNTS.length];
  const lines = history.rounds.map(({ atOnce, steps }, round) => {
    const what = steps.map(describeStep).join(atOnce ? ' | ' : ', ');
    const dies =
      crash?.round === round ? `; the process dies at ${crash.percent} % + ${crash.afterMs} ms` : '';
    return `  ${round + 1}. ${what || '-'}${dies}; then ${advances[round]} s pass`;
  });
  return [
    `  buyer ${index} of account ${account?.id} (${account?.api}), ${history.stock} pieces of everything`,
    ...lines,
  ].join('\n');
}

function describeStep(step: Step): string {
  if (step.do === 'fault') {
    const faults = step.call === 'notify' ? NOTIFY_FAULTS : CALL_FAULTS;
    return `fault ${faults[step.fault % faults.length]} on ${step.call} x${step.count}`;
  }
  const { do: kind, ...details } = step;
  const words = Object.entries(details).map(([name, value]) =>
    name === 'lines'
      ? (value as { product: number; quantity: number }[])
          .map(({ product, quantity }) => `${quantity} of ${product}`)
          .join(' and ')
      : `${name} ${String(value)}`,
  );
  return [kind, ...words].join(' ');
}
