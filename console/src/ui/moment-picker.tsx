import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { beijingTime } from './time.tsx';

interface Props {
  /** Given by the form's field. */
  id?: string;
  value?: string | null;
  onChange?: (at: string | null) => void;
  min?: Date;
  max?: Date;
}

/**
 * A moment of Beijing's clock, as everything else shows it. The picker knows the clock of this device alone, so it is
 * given Beijing's digits and what it says is read as Beijing's: a coupon set from a laptop abroad starts when it says.
 */
export function MomentPicker({ id, value, onChange, min, max }: Props) {
  const choose = (moment: Dayjs | null | undefined): void =>
    onChange?.(moment == null ? null : moment.format('YYYY-MM-DDTHH:mm:ss+08:00'));
  return (
    <DatePicker
      id={id}
      format="YYYY-MM-DD HH:mm"
      showTime
      showNow={false} // that would be the device's
      needConfirm={false}
      value={value == null ? null : digits(value)}
      minDate={min && digits(min)}
      maxDate={max && digits(max)}
      onChange={choose}
      // Already while it is typed or clicked together: who goes straight on to "save", or presses Enter, would lose it.
      onCalendarChange={(moment) => choose(moment as Dayjs | undefined)}
    />
  );
}

function digits(at: string | Date): Dayjs {
  return dayjs(beijingTime(at));
}
