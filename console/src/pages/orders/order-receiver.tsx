import { Link } from 'react-router';
import type { Order } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Facts } from '../../ui/facts.tsx';
import { NumberText } from '../../ui/number-text.tsx';
import { Panel } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';

/** Who gets it, where to, and where it is. */
export function OrderReceiver({ order }: { order: Order }) {
  const t = useWords();
  const { address, shipment, attach } = order;
  return (
    <>
      <Panel
        title={t('order.receiver')}
        extra={<Link to={`/members/${order.buyerId}`}>{t('order.buyer')}</Link>}
      >
        {address === undefined ? (
          <p className="muted">{t('order.noAddress')}</p>
        ) : (
          <address className="address">
            <strong>{address.name}</strong> <NumberText value={address.phone} />
            <br />
            {address.province} {address.city} {address.district}
            <br />
            {address.detail}
          </address>
        )}
        {attach !== undefined && <Facts items={[[t('order.attach'), attach]]} />}
      </Panel>
      {shipment !== undefined && (
        <Panel title={t('order.shipment')}>
          <Facts
            items={[
              [t('shipment.type'), t(`shipment.${shipment.logisticsType}`)],
              ...shipment.parcels.flatMap(({ carrier, carrierName, trackingNo, itemDesc }) => [
                [t('shipment.carrier'), carrierName ?? carrier] as const,
                [
                  t('shipment.trackingNo'),
                  trackingNo === undefined ? undefined : <NumberText key={trackingNo} value={trackingNo} />,
                ] as const,
                [t('shipment.contents'), itemDesc] as const,
              ]),
              [t('shipment.shippedAt'), <Time at={shipment.shippedAt} />],
              [t('shipment.receivedAt'), shipment.receivedAt && <Time at={shipment.receivedAt} />],
            ]}
          />
        </Panel>
      )}
    </>
  );
}
