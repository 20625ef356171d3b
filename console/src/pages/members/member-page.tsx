import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { Link, useParams } from 'react-router';
import { answered, api } from '../../api/client.ts';
import type { Buyer } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { Amount } from '../../ui/amount.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { DetailPage, type Back } from '../../ui/detail-page.tsx';
import { Facts } from '../../ui/facts.tsx';
import { LinkButton } from '../../ui/link-button.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { Time } from '../../ui/time.tsx';

export default function MemberPage() {
  const t = useWords();
  const { id = '' } = useParams();
  const buyer = useQuery({
    queryKey: ['member', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/admin/buyers/{id}', { params: { path: { id } }, signal })),
  });
  const back = { to: '/members', label: t('members.title') };
  return (
    <DetailPage query={buyer} title={t('members.title')} back={back}>
      {(data) => <Shown buyer={data} back={back} />}
    </DetailPage>
  );
}

function Shown({ buyer, back }: { buyer: Buyer; back: Back }) {
  const t = useWords();
  const { lastOrder, blockedAt } = buyer;
  return (
    <Page
      title={t('members.memberTitle', { openid: buyer.openid })}
      back={back}
      tags={
        <Tag tone={blockedAt === undefined ? 'good' : 'bad'}>
          {t(blockedAt === undefined ? 'members.normal' : 'members.blocked')}
        </Tag>
      }
      actions={
        <>
          <BlockButton buyer={buyer} />
          <LinkButton to={`/orders?buyerId=${buyer.id}`}>{t('members.theirOrders')}</LinkButton>
        </>
      }
    >
      <div className="columns columns-even">
        <Panel>
          <Facts
            items={[
              [t('members.orders'), `${buyer.ordersPaid} / ${buyer.orders}`],
              [t('members.paid'), <Amount fen={buyer.paidFen} strong />],
              [t('members.refunded'), <Amount fen={buyer.refundedFen} />],
              [
                t('members.lastOrder'),
                lastOrder && (
                  <>
                    <Link to={`/orders/${lastOrder.id}`}>{lastOrder.orderNo}</Link>{' '}
                    <Time at={lastOrder.createdAt} />
                  </>
                ),
              ],
              [t('members.since'), <Time at={buyer.createdAt} />],
              [t('members.lastLogin'), <Time at={buyer.lastLoginAt} />],
            ]}
          />
        </Panel>
        <Note buyer={buyer} />
      </div>
    </Page>
  );
}

function Note({ buyer: { id, note } }: { buyer: Buyer }) {
  const t = useWords();
  const { can } = useSession();
  const save = useAction(
    (body: { note: string }, sent) =>
      answered(api.PUT('/api/v1/admin/buyers/{id}/note', { params: { path: { id } }, body, ...sent })),
    { done: 'common.saved' },
  );
  const mayWrite = can('buyers.manage');
  if (!mayWrite && !note) return null;
  return (
    <Panel title={t('members.note')}>
      {mayWrite ? (
        <Form<{ note: string }> initialValues={{ note }} onFinish={(values) => void save.run(values)}>
          <Form.Item name="note">
            <Input.TextArea rows={4} maxLength={500} aria-label={t('members.note')} />
          </Form.Item>
          <Button htmlType="submit" loading={save.pending}>
            {t('common.save')}
          </Button>
        </Form>
      ) : (
        <p>{note}</p>
      )}
    </Panel>
  );
}

function BlockButton({ buyer: { id, blockedAt } }: { buyer: Buyer }) {
  const t = useWords();
  const { can } = useSession();
  const path = { params: { path: { id } } };
  const change = useAction(
    (wanted: 'block' | 'unblock', sent) =>
      answered<Buyer>(
        wanted === 'block'
          ? api.POST('/api/v1/admin/buyers/{id}/block', { ...path, ...sent })
          : api.POST('/api/v1/admin/buyers/{id}/unblock', { ...path, ...sent }),
      ),
    { done: 'common.saved' },
  );
  if (!can('buyers.manage')) return null;
  if (blockedAt !== undefined)
    return (
      <Button loading={change.pending} onClick={() => void change.run('unblock')}>
        {t('members.unblock')}
      </Button>
    );
  return (
    <ConfirmButton
      danger
      loading={change.pending}
      question={t('members.blockAsk')}
      explanation={t('members.blockWhy')}
      onConfirm={() => change.run('block')}
    >
      {t('members.block')}
    </ConfirmButton>
  );
}
