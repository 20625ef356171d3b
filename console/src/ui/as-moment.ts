import dayjs, { type Dayjs } from 'dayjs';

/** The picker speaks of days of its own kind; the form holds what the service takes. */
export const AS_MOMENT = {
  getValueProps: (text?: string | null) => ({ value: text == null ? null : dayjs(text) }),
  normalize: (moment: Dayjs | null) => (moment === null ? null : moment.format('YYYY-MM-DDTHH:mm:ssZ')),
};
