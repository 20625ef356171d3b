import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Coupon } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Time } from '../../ui/time.tsx';
import { CouponButtons } from './coupon-buttons.tsx';
import { CouponDialog } from './coupon-dialog.tsx';
import { CouponState } from './coupon-state.tsx';
import { Terms } from './terms.tsx';

export default function CouponsPage() {
  const t = useWords();
  const { can } = useSession();
  const [editing, setEditing] = useState<Coupon | 'new'>();
  const filters: Filter[] = [
    { kind: 'search', name: 'code', label: t('coupons.code') },
    {
      kind: 'choice',
      name: 'active',
      label: t('common.status'),
      options: [
        { value: 'true', label: t('coupons.active') },
        { value: 'false', label: t('coupons.inactive') },
      ],
    },
  ];
  return (
    <>
      <ListPage<Coupon>
        name="coupons"
        title={t('coupons.title')}
        label={t('coupons.title')}
        filters={filters}
        load={(query, signal) => answered(api.GET('/api/v1/admin/coupons', { params: { query }, signal }))}
        actions={
          can('coupons.manage') && (
            <Button type="primary" onClick={() => setEditing('new')}>
              {t('coupons.add')}
            </Button>
          )
        }
        empty={{ title: t('coupons.empty'), hint: t('coupons.emptyHint') }}
        columns={[
          { title: t('coupons.code'), phone: 'head', render: ({ code }) => <code>{code}</code> },
          {
            title: t('common.status'),
            phone: 'side',
            render: (coupon) => <CouponState coupon={coupon} />,
          },
          {
            title: t('coupons.name'),
            render: ({ name }) => <span className="words words-narrow">{name}</span>,
          },
          {
            title: t('coupons.terms'),
            render: (coupon) => (
              <span className="words words-narrow">
                <Terms coupon={coupon} />
              </span>
            ),
          },
          {
            title: t('coupons.used'),
            align: 'right',
            render: ({ used, reserved, totalLimit }) => (
              <span className="tabular">
                {used} / {reserved} / {totalLimit ?? t('coupons.unlimited')}
              </span>
            ),
          },
          {
            title: t('coupons.validity'),
            render: ({ startsAt, endsAt }) => (
              <span className="words words-narrow">
                <Time at={startsAt} /> – {endsAt === undefined ? t('coupons.forever') : <Time at={endsAt} />}
              </span>
            ),
          },
          ...(can('coupons.manage')
            ? [
                {
                  title: t('common.action'),
                  render: (coupon: Coupon) => (
                    <CouponButtons coupon={coupon} onEdit={() => setEditing(coupon)} />
                  ),
                },
              ]
            : []),
        ]}
      />
      {editing !== undefined && (
        <CouponDialog {...(editing !== 'new' && { coupon: editing })} onClose={() => setEditing(undefined)} />
      )}
    </>
  );
}
