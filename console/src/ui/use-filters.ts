import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

export type FilterValues = Readonly<Record<string, string>>;

/** The filters of a list, kept in the address: a link shows the same list to a colleague. */
export function useFilters(names: readonly string[]): {
  values: FilterValues;
  set: (changes: Readonly<Record<string, string | undefined>>) => void;
  replace: (values: FilterValues) => void;
} {
  const [params, setParams] = useSearchParams();
  const joined = names.join(' ');
  const values = useMemo(() => {
    const found: Record<string, string> = {};
    for (const name of joined.split(' ')) {
      const value = params.get(name);
      if (value !== null && value !== '') found[name] = value;
    }
    return found;
  }, [params, joined]);
  const set = useCallback(
    (changes: Readonly<Record<string, string | undefined>>) =>
      setParams(
        (present) => {
          for (const [name, value] of Object.entries(changes)) {
            if (value === undefined || value === '') present.delete(name);
            else present.set(name, value);
          }
          return present;
        },
        { replace: true },
      ),
    [setParams],
  );
  const replace = useCallback((wanted: FilterValues) => setParams(wanted), [setParams]);
  return { values, set, replace };
}
