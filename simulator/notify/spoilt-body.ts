import { spoilSign } from '../v2/signature.js';

/** The same notification as somebody without the key would send it: a wrong `sign`, or a req_info that decrypts to rubbish. */
export function spoiltBody(body: string): string {
  return body.replace(
    /<(sign|req_info)>(.+?)</,
    (_all, name: string, value: string) => `<${name}>${spoilSign(value)}<`,
  );
}
