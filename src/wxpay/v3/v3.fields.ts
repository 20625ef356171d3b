/** Every value of an answer under its path, e.g. `amount.total`, for the record (A9): the same shape as v2's flat fields. */
export function flatFields(value: object, path = ''): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, each] of Object.entries(value) as [string, unknown][]) {
    const here = path === '' ? name : `${path}.${name}`;
    if (typeof each === 'object' && each !== null) Object.assign(fields, flatFields(each, here));
    else if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean')
      fields[here] = String(each);
  }
  return fields;
}
