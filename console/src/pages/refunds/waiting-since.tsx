import { Age } from '../../ui/time.tsx';
import { Tag, type Tone } from '../../ui/status-tag.tsx';

const HOUR_MS = 3_600_000;

/** Buyers expect an answer within the day; after two they complain to WeChat. */
function toneOf(waitedMs: number): Tone {
  if (waitedMs > 48 * HOUR_MS) return 'bad';
  return waitedMs > 24 * HOUR_MS ? 'attention' : 'quiet';
}

export function WaitingSince({ at }: { at: string }) {
  return (
    <Tag tone={toneOf(new Date().getTime() - new Date(at).getTime())}>
      <Age at={at} />
    </Tag>
  );
}
