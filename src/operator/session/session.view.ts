import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { SessionView } from './session.schema.js';
import type { Session } from './session.service.js';

export function sessionView(session: Session, currentId: string): SessionView {
  return {
    id: session.id,
    current: session.id === currentId,
    createdAt: toBeijingIso(session.createdAt),
    lastSeenAt: toBeijingIso(session.lastSeenAt),
    expiresAt: toBeijingIso(session.expiresAt),
    ip: session.ip,
    userAgent: session.userAgent,
  };
}
