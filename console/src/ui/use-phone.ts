import { useSyncExternalStore } from 'react';

const phone = window.matchMedia('(max-width: 767px)');

/** True on a screen too narrow for tables. */
export function usePhone(): boolean {
  return useSyncExternalStore(
    (changed) => {
      phone.addEventListener('change', changed);
      return () => phone.removeEventListener('change', changed);
    },
    () => phone.matches,
  );
}
