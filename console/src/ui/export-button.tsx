import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useSearchParams } from 'react-router';
import { useSpeech } from '../i18n/language.tsx';
import { useSession } from '../session/session.tsx';

/** What the list shows, as a file: streamed by the service, so its length does not matter. */
export function ExportButton({ path, names }: { path: string; names: readonly string[] }) {
  const { t, language } = useSpeech();
  const { can } = useSession();
  const [params] = useSearchParams();
  if (!can('books.export')) return null;
  const query = new URLSearchParams({ lang: language });
  for (const name of names) {
    const value = params.get(name);
    if (value !== null && value !== '') query.set(name, value);
  }
  return (
    <Button icon={<DownloadOutlined />} href={`/api/v1/admin/${path}?${query}`} download>
      {t('list.export')}
    </Button>
  );
}
