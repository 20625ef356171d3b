import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useMemo, type ReactNode } from 'react';
import { answered, api, keepCsrfToken } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Me, Permission } from '../api/types.ts';

export const ME = ['me'];

interface SessionState {
  me: Me;
  can: (permission: Permission) => boolean;
  logOut: () => Promise<void>;
}

const SessionContext = createContext<SessionState | null>(null);

async function readMe(signal: AbortSignal): Promise<Me | null> {
  try {
    const me = await answered(api.GET('/api/v1/admin/me', { signal }));
    keepCsrfToken(me.csrfToken);
    return me;
  } catch (thrown) {
    if (thrown instanceof ApiProblem && thrown.document.status === 401) return null;
    throw thrown;
  }
}

/** Who is logged in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ME,
  queryFn: ({ signal }) => readMe(signal),
  staleTime: 60_000,
});

export function useMe() {
  return useQuery(meQuery);
}

export function SessionProvider({ me, children }: { me: Me; children: ReactNode }) {
  const queries = useQueryClient();
  const logOut = useCallback(async () => {
    await answered(api.DELETE('/api/v1/admin/sessions/current'));
    queries.clear();
    queries.setQueryData(ME, null);
  }, [queries]);
  const state = useMemo<SessionState>(
    () => ({ me, can: (permission) => me.permissions.includes(permission), logOut }),
    [me, logOut],
  );
  return <SessionContext value={state}>{children}</SessionContext>;
}

export function useSession(): SessionState {
  const state = useContext(SessionContext);
  if (state === null) throw new Error('useSession needs a SessionProvider above it');
  return state;
}
