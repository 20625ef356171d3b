import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Effect } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { WORDS, type WordKey } from '../../i18n/words.ts';
import { useSession } from '../../session/session.tsx';

const MOST = 100;

/** Whom an effect goes to, by name: a printer, an endpoint, a message. What is gone by now keeps its id. */
export function TargetName({ effect: { kind, target } }: { effect: Effect }) {
  const t = useWords();
  if (target === '') return <>—</>;
  if (kind === 'print') return <PrinterName id={target} />;
  if (kind === 'webhook') return <WebhookName id={target} />;
  const key = `template.${target.split(':')[0]}`;
  return <span title={target}>{key in WORDS ? t(key as WordKey) : target}</span>;
}

function PrinterName({ id }: { id: string }) {
  const { can } = useSession();
  const { data } = useQuery({
    queryKey: ['printers', 'names'],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/admin/printers', { signal })),
    enabled: can('printers.read'),
  });
  return <span className="clip">{data?.items.find((printer) => printer.id === id)?.name ?? id}</span>;
}

function WebhookName({ id }: { id: string }) {
  const { can } = useSession();
  const { data } = useQuery({
    queryKey: ['webhooks', 'names'],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/webhooks', { params: { query: { limit: MOST } }, signal })),
    enabled: can('webhooks.read'),
  });
  const webhook = data?.items.find((each) => each.id === id);
  if (webhook === undefined) return <span className="clip">{id}</span>;
  return (
    <Link className="clip" to={`/webhooks/${id}`}>
      {webhook.description ?? webhook.url}
    </Link>
  );
}
