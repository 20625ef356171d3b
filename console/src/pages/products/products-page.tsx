import { Button } from 'antd';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import type { Product } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.tsx';
import { Amount } from '../../ui/amount.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import type { Filter } from '../../ui/filter-bar.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { Tag } from '../../ui/status-tag.tsx';
import { ProductDialog } from './product-dialog.tsx';

/** From here on somebody should think of ordering more. */
const LOW_STOCK = 10;

export default function ProductsPage() {
  const t = useWords();
  const { can } = useSession();
  const [editing, setEditing] = useState<Product | 'new'>();
  const filters: Filter[] = [
    { kind: 'search', name: 'q', label: t('products.name') },
    {
      kind: 'choice',
      name: 'active',
      label: t('common.status'),
      options: [
        { value: 'true', label: t('products.onSale') },
        { value: 'false', label: t('products.offSale') },
      ],
    },
  ];
  const add = can('products.manage') && (
    <Button type="primary" onClick={() => setEditing('new')}>
      {t('products.add')}
    </Button>
  );
  return (
    <>
      <ListPage<Product>
        name="products"
        title={t('products.title')}
        label={t('products.title')}
        filters={filters}
        load={(query, signal) => answered(api.GET('/api/v1/admin/products', { params: { query }, signal }))}
        actions={add}
        empty={{ title: t('products.empty'), hint: t('products.emptyHint') }}
        columns={[
          {
            title: t('products.name'),
            phone: 'head',
            render: (product) => <NameAndPicture product={product} />,
          },
          {
            title: t('common.status'),
            phone: 'side',
            render: ({ active }) => (
              <Tag tone={active ? 'good' : 'quiet'}>{t(active ? 'products.onSale' : 'products.offSale')}</Tag>
            ),
          },
          {
            title: t('products.price'),
            align: 'right',
            render: ({ priceFen }) => <Amount fen={priceFen} strong />,
          },
          {
            title: t('products.stock'),
            align: 'right',
            render: ({ stock }) =>
              stock < LOW_STOCK ? <Tag tone={stock === 0 ? 'bad' : 'attention'}>{stock}</Tag> : stock,
          },
          ...(can('products.manage')
            ? [
                {
                  title: t('common.action'),
                  render: (product: Product) => (
                    <ProductButtons product={product} onEdit={() => setEditing(product)} />
                  ),
                },
              ]
            : []),
        ]}
      />
      {editing !== undefined && (
        <ProductDialog
          {...(editing !== 'new' && { product: editing })}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  );
}

function NameAndPicture({ product: { name, description, imageUrl } }: { product: Product }) {
  return (
    <span className="product">
      {imageUrl !== null && <img src={imageUrl} alt="" width={40} height={40} loading="lazy" />}
      <span className="words">
        {name}
        <span className="muted product-words">{description}</span>
      </span>
    </span>
  );
}

function ProductButtons({ product, onEdit }: { product: Product; onEdit: () => void }) {
  const t = useWords();
  const path = { params: { path: { id: product.id } } };
  const change = useAction(
    (body: { active: boolean }, sent) =>
      answered(api.PATCH('/api/v1/admin/products/{id}', { ...path, body, ...sent })),
    { done: 'common.saved' },
  );
  const remove = useAction(
    (_, sent) => answered(api.DELETE('/api/v1/admin/products/{id}', { ...path, ...sent })),
    { done: 'common.deleted' },
  );
  return (
    <span className="tag-row">
      <Button size="small" onClick={onEdit}>
        {t('common.edit')}
      </Button>
      <Button
        size="small"
        loading={change.pending}
        onClick={() => void change.run({ active: !product.active })}
      >
        {t(product.active ? 'products.takeOff' : 'products.putOn')}
      </Button>
      <ConfirmButton
        size="small"
        danger
        question={t('products.deleteAsk', { name: product.name })}
        explanation={t('products.deleteWhy')}
        onConfirm={() => remove.run()}
      >
        {t('common.delete')}
      </ConfirmButton>
    </span>
  );
}
