import { Problem } from './problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

/** Turns the issues of a schema into a problem that names each field by its dotted path. */
export function validationProblem(issues: readonly Issue[]): Problem {
  const errors = issues.flatMap(({ message, path = [], keys }) => {
    const parents = path.map((part) => String(typeof part === 'object' ? part.key : part));
    // zod reports unknown fields on their parent; the client wants to know which.
    if (keys !== undefined)
      return keys.map((key) => ({
        field: [...parents, key].join('.'),
        message: 'is not a field of this request',
      }));
    return [{ field: parents.join('.'), message }];
  });
  return new Problem(
    'VALIDATION_FAILED',
    errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
    { errors },
  );
}
