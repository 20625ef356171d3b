import { Radio } from 'antd';
import type { Role } from '../../api/types.ts';
import { useWords } from '../../i18n/language.tsx';

const ROLES: readonly Role[] = ['SUPPORT', 'FINANCE', 'VIEWER', 'OWNER'];

/** The roles with what each may do, so that nobody gets more than he needs by mistake. */
export function RoleChoice({ value, onChange }: { value?: Role; onChange?: (role: Role) => void }) {
  const t = useWords();
  return (
    <Radio.Group
      className="role-choice"
      value={value}
      onChange={(event) => onChange?.(event.target.value as Role)}
    >
      {ROLES.map((role) => (
        <Radio key={role} value={role}>
          {t(`role.${role}`)} <span className="muted">{t(`roleHint.${role}`)}</span>
        </Radio>
      ))}
    </Radio.Group>
  );
}
