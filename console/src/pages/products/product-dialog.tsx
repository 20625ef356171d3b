import { Form, Input, InputNumber, Switch } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { Product } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { YuanInput } from '../../ui/yuan-input.tsx';

interface Values {
  name: string;
  description?: string;
  imageUrl?: string | null;
  priceFen: number;
  stock?: number;
  stockChange?: number | null;
  active: boolean;
}

/**
 * A new product, or changes to one. An existing stock is moved by what came in or went out, never overwritten: while
 * the dialog is open buyers go on buying.
 */
export function ProductDialog({ product, onClose }: { product?: Product; onClose: () => void }) {
  const t = useWords();
  const save = useAction(
    ({ stock = 0, stockChange, imageUrl, description = '', ...rest }: Values, sent) => {
      const common = {
        ...rest,
        description,
        imageUrl: imageUrl == null || imageUrl === '' ? null : imageUrl,
      };
      return answered<Product>(
        product === undefined
          ? api.POST('/api/v1/admin/products', { body: { ...common, stock }, ...sent })
          : api.PATCH('/api/v1/admin/products/{id}', {
              params: { path: { id: product.id } },
              body: { ...common, ...(stockChange != null && stockChange !== 0 && { stockChange }) },
              ...sent,
            }),
      );
    },
    { done: 'common.saved', quiet: true },
  );
  const required = [{ required: true, message: t('common.required') }];
  return (
    <DialogForm<Values>
      title={t(product === undefined ? 'products.add' : 'products.edit')}
      okText={t('common.save')}
      initialValues={
        product === undefined
          ? { active: true, stock: 0 }
          : {
              name: product.name,
              description: product.description,
              imageUrl: product.imageUrl,
              priceFen: product.priceFen,
              active: product.active,
            }
      }
      pending={save.pending}
      problem={save.problem}
      onClose={onClose}
      onSend={(values) => void save.run(values).then((saved) => saved && onClose())}
    >
      <Form.Item name="name" label={t('products.name')} rules={required}>
        <Input maxLength={64} autoFocus />
      </Form.Item>
      <Form.Item name="description" label={t('products.description')}>
        <Input.TextArea rows={3} maxLength={2000} />
      </Form.Item>
      <Form.Item name="imageUrl" label={t('products.image')}>
        <Input placeholder="https://…" />
      </Form.Item>
      <div className="field-pair">
        <Form.Item
          name="priceFen"
          label={t('products.price')}
          rules={[{ required: true, type: 'number', min: 1, message: t('common.amountInvalid') }]}
        >
          <YuanInput />
        </Form.Item>
        {product === undefined ? (
          <Form.Item name="stock" label={t('products.stock')} rules={required}>
            <InputNumber min={0} precision={0} />
          </Form.Item>
        ) : (
          <Form.Item name="stockChange" label={t('products.stockChange', { stock: product.stock })}>
            <InputNumber precision={0} placeholder="+0" />
          </Form.Item>
        )}
      </div>
      <Form.Item name="active" label={t('products.onSale')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </DialogForm>
  );
}
