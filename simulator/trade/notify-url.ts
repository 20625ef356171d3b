/** Why WeChat would not send notifications to this address; undefined when it would. In WeChat's words. */
export function notifyUrlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return '格式错误';
  return text.includes('?') || text.includes('#') ? '不能携带参数' : undefined;
}
