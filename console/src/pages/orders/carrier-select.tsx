import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Button } from 'antd';
import { answered, api } from '../../api/client.ts';
import { toProblem } from '../../api/problem.ts';
import { STILL } from '../../api/refresh.ts';
import { useWords } from '../../i18n/language.tsx';
import { problemTitle } from '../../ui/problem-notice.tsx';

/** WeChat's carriers by name or code; while WeChat does not tell them, a code can be typed. */
export function CarrierSelect({
  id,
  value,
  onChange,
}: {
  id?: string;
  value?: string;
  onChange?: (code: string) => void;
}) {
  const t = useWords();
  const carriers = useQuery({
    queryKey: ['carriers'],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/admin/carriers', { signal })),
    staleTime: Infinity,
    retry: false,
    meta: STILL,
  });
  return (
    <>
      <AutoComplete
        id={id}
        value={value}
        onChange={onChange}
        placeholder={t('shipment.carrierHint')}
        options={(carriers.data?.items ?? []).map(({ code, name }) => ({
          value: code,
          label: `${name} ${code}`,
        }))}
        showSearch={{
          filterOption: (text, option) =>
            (option?.label ?? '').toLocaleLowerCase().includes(text.toLocaleLowerCase()),
        }}
      />
      {carriers.isError && (
        <p className="muted" role="status">
          {problemTitle(toProblem(carriers.error), t)} {t('shipment.carrierByCode')}{' '}
          <Button
            type="link"
            size="small"
            loading={carriers.isFetching}
            onClick={() => void carriers.refetch()}
          >
            {t('common.retry')}
          </Button>
        </p>
      )}
    </>
  );
}
