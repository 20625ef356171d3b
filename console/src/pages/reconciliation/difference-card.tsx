import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Difference } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { NumberText } from '../../ui/number-text.tsx';
import { StatusTag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';
import { BothSides } from './both-sides.tsx';
import { ResolveDialog } from './resolve-dialog.tsx';

/** A difference: what each side says, who looks after it, and how it ended. */
export function DifferenceCard({ dayId, difference }: { dayId: string; difference: Difference }) {
  const t = useWords();
  const { kind, number, status, owner, note, resolution, resolvedBy, resolvedAt } = difference;
  return (
    <article className="difference" aria-label={`${t(`difference.${kind}`)} ${number}`}>
      <div className="difference-head">
        <strong>{t(`difference.${kind}`)}</strong>
        <StatusTag kind="difference" value={status} />
        <NumberText value={number} />
        {owner !== undefined && (
          <span className="muted">
            {t('reconciliation.owner')} {owner.name}
          </span>
        )}
        {(status === 'OPEN' || status === 'WAITING') && <Buttons dayId={dayId} difference={difference} />}
      </div>
      {(status === 'OPEN' || status === 'WAITING') && (
        <p className="muted difference-hint">{t(`differenceHint.${kind}`)}</p>
      )}
      <BothSides difference={difference} />
      {note !== undefined && (
        <p className="difference-note">
          {resolution !== undefined && <strong>{t(`reconciliation.${resolution}`)} </strong>}
          {note}{' '}
          <span className="muted">
            {resolvedBy?.name} {resolvedAt !== undefined && <Time at={resolvedAt} />}
          </span>
        </p>
      )}
    </article>
  );
}

function Buttons({ dayId, difference }: { dayId: string; difference: Difference }) {
  const t = useWords();
  const { me, can } = useSession();
  const [resolving, setResolving] = useState(false);
  const take = useAction(
    (_, sent) =>
      answered(
        api.POST('/api/v1/admin/reconciliations/{id}/differences/{diffId}/take', {
          params: { path: { id: dayId, diffId: difference.id } },
          ...sent,
        }),
      ),
    { done: 'reconciliation.taken' },
  );
  if (!can('reconciliation.resolve')) return null;
  return (
    <span className="difference-actions">
      {difference.owner?.id !== me.id && (
        <Button size="small" loading={take.pending} onClick={() => void take.run()}>
          {t('reconciliation.take')}
        </Button>
      )}
      <Button size="small" type="primary" onClick={() => setResolving(true)}>
        {t('reconciliation.resolve')}
      </Button>
      {resolving && (
        <ResolveDialog dayId={dayId} difference={difference} onClose={() => setResolving(false)} />
      )}
    </span>
  );
}
