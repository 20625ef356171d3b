import type { CheckName } from './check-names.js';
import { fault, type Check } from './check.js';

/** Runs checks that may meet something nobody thought of: it is one fault more, and the rest goes on. */
export async function attempt(check: CheckName, work: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await work();
  } catch (error) {
    const { code, name } = error as { code?: string; name?: string };
    return [
      // Only the kind of the error: its words could quote what it was working on.
      fault(check, {
        found: `could not be checked (${code ?? name ?? 'error'})`,
        todo: 'Put the other faults right and run the doctor again; if this one stays, report it.',
        zh: '检查过程出错；请先解决其他问题后重试，若仍出现请反馈。',
      }),
    ];
  }
}
