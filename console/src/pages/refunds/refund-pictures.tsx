import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import type { Refund } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Panel } from '../../ui/page.tsx';
import { ProblemView } from '../../ui/problem-view.tsx';

/**
 * What the buyer shows; each opens whole in a tab of its own. That they could not be read is said: nobody shall decide
 * without them because of it.
 */
export function RefundPictures({ refund: { id, requestedBy } }: { refund: Refund }) {
  const t = useWords();
  const pictures = useQuery({
    queryKey: ['refund', id, 'pictures'],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/refunds/{id}/pictures', { params: { path: { id } }, signal })),
    enabled: requestedBy.kind === 'buyer',
  });
  if (pictures.data === undefined) {
    if (!pictures.isError) return null; // most refunds have none: a panel that comes and goes would only distract
    return (
      <Panel title={t('refund.pictures')}>
        <ProblemView thrown={pictures.error} onRetry={() => void pictures.refetch()} />
      </Panel>
    );
  }
  const { items } = pictures.data;
  if (items.length === 0) return null;
  return (
    <Panel title={t('refund.pictures')}>
      <div className="pictures">
        {items.map((picture, index) => {
          const file = `/api/v1/admin/refunds/${id}/pictures/${picture.id}`;
          return (
            <a key={picture.id} href={file} target="_blank" rel="noreferrer">
              <img src={file} alt={t('refund.picture', { number: index + 1 })} loading="lazy" />
            </a>
          );
        })}
      </div>
    </Panel>
  );
}
