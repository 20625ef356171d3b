import { formatFen } from './fen.ts';

/** @param fen integer fen; `signed` shows a plus as well, for books */
export function Amount({
  fen,
  signed = false,
  strong = false,
}: {
  fen: number;
  signed?: boolean;
  strong?: boolean;
}) {
  const text = signed && fen > 0 ? `+${formatFen(fen)}` : formatFen(fen);
  return <span className={strong ? 'amount amount-strong' : 'amount'}>{text}</span>;
}
