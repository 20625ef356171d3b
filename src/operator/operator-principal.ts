import type { Role } from './permissions.js';

/** Who works at this request, as the OperatorGuard established it: read from the database, so a changed role counts at once. */
export type OperatorPrincipal = {
  id: string;
  username: string;
  displayName: string;
  /** His own role, and FINANCE while he is its deputy. */
  roles: readonly Role[];
  /** The same person as a buyer. */
  buyerId: string | null;
  sessionId: string;
  /** A confirmed second factor, whether or not this session has shown it lately. */
  hasSecondFactor: boolean;
  /** When this session last proved the second factor, at login or since; wall time. */
  stepUpAt: Date | null;
};
