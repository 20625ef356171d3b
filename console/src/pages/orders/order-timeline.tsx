import { RobotOutlined, ShopOutlined, UserOutlined, WechatOutlined } from '@ant-design/icons';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { TimelineEvent } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';
import { Bilingual } from '../../ui/bilingual.tsx';
import { Raw } from '../../ui/raw.tsx';
import { Time } from '../../ui/time.tsx';

const ACTORS: Record<TimelineEvent['actor'], { icon: ReactNode; tone: string }> = {
  buyer: { icon: <UserOutlined />, tone: 'busy' },
  staff: { icon: <ShopOutlined />, tone: 'attention' },
  wechat: { icon: <WechatOutlined />, tone: 'good' },
  system: { icon: <RobotOutlined />, tone: 'quiet' },
};

/** Everything that happened to the order, whoever did it, in one line of time. */
export function OrderTimeline({ events }: { events: readonly TimelineEvent[] }) {
  return (
    <ol className="timeline">
      {events.map((event) => (
        <TimelineItem key={`${event.at} ${event.event} ${JSON.stringify(event.data)}`} event={event} />
      ))}
    </ol>
  );
}

function TimelineItem({ event: { at, actor, words, data } }: { event: TimelineEvent }) {
  const t = useWords();
  const { icon, tone } = ACTORS[actor];
  const notificationId = data['notificationId'];
  return (
    <li className="timeline-item">
      <div className="timeline-mark">
        <span className={`timeline-icon tag-${tone}`} aria-hidden="true">
          {icon}
        </span>
      </div>
      <div>
        <Bilingual text={words} />
        <div className="timeline-meta">
          <Time at={at} />
          <span>{t(`actor.${actor}`)}</span>
          {typeof data['by'] === 'string' && <span>{data['by']}</span>}
          {typeof notificationId === 'string' && (
            <Link to={`/notifications/${notificationId}`}>{t('notifications.body')}</Link>
          )}
        </div>
        {Object.keys(data).length > 0 && (
          <details>
            <summary>{t('order.showRaw')}</summary>
            <Raw value={data} />
          </details>
        )}
      </div>
    </li>
  );
}
