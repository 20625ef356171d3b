/** What is known about other tickets of the same printer since the count before an unanswered one. */
export interface Others {
  /** Sent after that count and taken: they are in the growth for certain. */
  certain: number;
  /** Those, and all that may or may not be in it: sent around the same time, or themselves unanswered. */
  possible: number;
}

/**
 * Whether a ticket whose answer was lost has been taken, by how much the cloud's count grew. The cloud knows no number
 * of ours, so the count is all there is (protocol §5.1); `unsure` is left when others were sent at the same moment.
 */
export function wasTaken(growth: number, { certain, possible }: Others): 'yes' | 'no' | 'unsure' {
  if (growth <= certain) return 'no';
  return growth > possible ? 'yes' : 'unsure';
}
