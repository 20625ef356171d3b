import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { ApiProblem } from './api/problem.ts';
import './console.css';
import { router } from './routes.tsx';
import { ME, meQuery } from './session/session.tsx';

/** A session that ended while somebody was at work leads to the login, wherever it showed. */
function onError(thrown: unknown): void {
  if (thrown instanceof ApiProblem && thrown.code === 'UNAUTHENTICATED') queries.setQueryData(ME, null);
}

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      // What the service refused it will refuse again; only silence and its own failures are worth a second try.
      retry: (failures, thrown) =>
        failures < 1 &&
        (!(thrown instanceof ApiProblem) || thrown.isUnanswered || thrown.document.status >= 500),
    },
  },
});

void queries.prefetchQuery(meQuery); // on its way while the page's code is still being read

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <QueryClientProvider client={queries}>
    <RouterProvider router={router} />
  </QueryClientProvider>,
);
