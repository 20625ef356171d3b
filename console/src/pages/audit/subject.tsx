import { Link } from 'react-router';
import { OpenWord } from '../../i18n/open-word.tsx';

/** Kinds of things that have a page of their own. */
const PAGES: Readonly<Record<string, string>> = {
  order: '/orders',
  refund: '/refunds',
  suspense: '/suspense',
  buyer: '/members',
  operator: '/staff',
  webhook: '/webhooks',
  effect: '/messages',
  notification: '/notifications',
  reconciliation: '/reconciliation',
};

/** What was done something to: its kind in words, its id, and the way there. */
export function Subject({ kind, id }: { kind: string; id: string }) {
  const page = PAGES[kind];
  return (
    <span className="clip">
      <OpenWord prefix="subject" name={kind} />{' '}
      {page === undefined ? (
        <code>{id}</code>
      ) : (
        <Link to={`${page}/${id}`}>
          <code>{id}</code>
        </Link>
      )}
    </span>
  );
}
