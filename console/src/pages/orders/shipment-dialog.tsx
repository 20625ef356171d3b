import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Segmented } from 'antd';
import { answered, api } from '../../api/client.ts';
import type { NewShipment, Order } from '../../api/types.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/language.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { CarrierSelect } from './carrier-select.tsx';

const TYPES = ['EXPRESS', 'SAME_CITY', 'PICKUP', 'VIRTUAL'] as const;
const MOST_PARCELS = 10;

interface Parcel {
  carrier: string;
  trackingNo: string;
}

interface Values {
  logisticsType: (typeof TYPES)[number];
  parcels: Parcel[];
  itemDesc?: string;
}

/** Ships the order, or corrects a shipment (which WeChat allows once). */
export function ShipmentDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const t = useWords();
  const [form] = Form.useForm<Values>();
  const type = Form.useWatch('logisticsType', form) ?? 'EXPRESS';
  const ship = useAction(
    (body: NewShipment, sent) =>
      answered(
        api.POST('/api/v1/admin/orders/{id}/shipment', { params: { path: { id: order.id } }, body, ...sent }),
      ),
    { done: 'order.shipped', quiet: true },
  );
  return (
    <DialogForm<Values>
      title={t(order.shipment === undefined ? 'order.ship' : 'order.correctShipment')}
      okText={t('order.ship')}
      form={form}
      initialValues={presentOf(order)}
      pending={ship.pending}
      problem={ship.problem}
      onClose={onClose}
      onSend={(values) => void ship.run(shipmentOf(values)).then((shipped) => shipped && onClose())}
    >
      <p className="muted dialog-hint">{t('shipment.why')}</p>
      <Form.Item name="logisticsType" label={t('shipment.type')}>
        <Segmented block options={TYPES.map((value) => ({ value, label: t(`shipment.${value}`) }))} />
      </Form.Item>
      {type === 'EXPRESS' && <Parcels />}
      <Form.Item name="itemDesc" label={t('shipment.itemDesc')}>
        <Input maxLength={120} placeholder={order.items.map(({ name }) => name).join('、')} />
      </Form.Item>
    </DialogForm>
  );
}

function Parcels() {
  const t = useWords();
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Form.List name="parcels">
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }, index) => (
            <fieldset key={key} className="parcel">
              {fields.length > 1 && (
                <legend>
                  {t('shipment.parcel', { number: index + 1 })}{' '}
                  <Button
                    type="link"
                    size="small"
                    aria-label={t('shipment.removeParcel', { number: index + 1 })}
                    onClick={() => remove(name)}
                  >
                    ×
                  </Button>
                </legend>
              )}
              <Form.Item name={[name, 'carrier']} label={t('shipment.carrier')} rules={required}>
                <CarrierSelect />
              </Form.Item>
              <Form.Item name={[name, 'trackingNo']} label={t('shipment.trackingNo')} rules={required}>
                <Input autoComplete="off" inputMode="text" autoCapitalize="characters" />
              </Form.Item>
            </fieldset>
          ))}
          {fields.length < MOST_PARCELS && (
            <Button
              type="dashed"
              block
              icon={<PlusOutlined />}
              className="add-parcel"
              onClick={() => add({})}
            >
              {t('shipment.addParcel')}
            </Button>
          )}
        </>
      )}
    </Form.List>
  );
}

function presentOf({ shipment }: Order): Values {
  const parcels = shipment?.parcels.flatMap(({ carrier, trackingNo }) =>
    carrier === undefined || trackingNo === undefined ? [] : [{ carrier, trackingNo }],
  );
  return {
    logisticsType: shipment?.logisticsType ?? 'EXPRESS',
    parcels: parcels !== undefined && parcels.length > 0 ? parcels : [{ carrier: '', trackingNo: '' }],
    ...(shipment?.itemDesc !== undefined && { itemDesc: shipment.itemDesc }),
  };
}

/** One parcel goes in the short form, several as a list; without a carrier there are none. */
function shipmentOf({ logisticsType, parcels, itemDesc }: Values): NewShipment {
  const described = itemDesc !== undefined && itemDesc.trim() !== '' && { itemDesc: itemDesc.trim() };
  if (logisticsType !== 'EXPRESS') return { logisticsType, ...described };
  const [first] = parcels;
  if (parcels.length === 1 && first !== undefined) return { logisticsType, ...first, ...described };
  return { logisticsType, parcels, ...described };
}
