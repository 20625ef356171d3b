import { toProblem, type ApiProblem } from './problem.ts';

export interface OneByOne<Answer> {
  answers: Answer[];
  /** Of those that stayed as they were. */
  refusals: ApiProblem[];
}

/**
 * Does the same to each of many, one after the other: the service judges each for itself.
 * @throws ApiProblem when nobody knows whether a request arrived, or a fresh second factor is wanted. All are asked for
 *   again then, under the same Idempotency-Key, which counts for each by itself
 */
export async function oneByOne<Answer>(
  ids: readonly string[],
  act: (id: string) => Promise<Answer>,
): Promise<OneByOne<Answer>> {
  const done: OneByOne<Answer> = { answers: [], refusals: [] };
  for (const id of ids) {
    try {
      done.answers.push(await act(id));
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.isUnanswered || problem.wantsStepUp) throw problem;
      done.refusals.push(problem);
    }
  }
  return done;
}
