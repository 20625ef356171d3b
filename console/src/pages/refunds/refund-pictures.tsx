import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import type { Refund } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Panel } from '../../ui/page.tsx';

/** What the buyer shows; each opens whole in a tab of its own. */
export function RefundPictures({ refund: { id, requestedBy } }: { refund: Refund }) {
  const t = useWords();
  const pictures = useQuery({
    queryKey: ['refund', id, 'pictures'],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/refunds/{id}/pictures', { params: { path: { id } }, signal })),
    enabled: requestedBy.kind === 'buyer',
  });
  const items = pictures.data?.items ?? [];
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
