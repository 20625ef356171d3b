/** How often a request whose outcome is unknown is repeated, always under the same key. */
const REPEATS = 3;
const PAUSE_MS = 1000;

let token = sessionStorage.getItem('token');

/** An answer of the merchant that is no success: its stable code, and what to do. */
export class Refusal extends Error {
  constructor(status, { code, detail, message, title }) {
    super(`${code ?? status}：${detail ?? message ?? title ?? ''}`);
    this.status = status;
    this.code = code;
  }
}

/**
 * The merchant's public API, as a mini-program calls it. What changes something carries an Idempotency-Key; when the
 * answer is lost or says "unknown", the same request goes again under the same key, so that nothing happens twice.
 */
export async function app(method, path, body) {
  const key = method === 'GET' ? undefined : randomKey();
  for (let repeat = 0; ; repeat += 1) {
    const last = repeat === REPEATS;
    try {
      return await send(method, `/api/v1${path}`, body, {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(key && { 'idempotency-key': key }),
      });
    } catch (error) {
      const unknown = !(error instanceof Refusal) || error.status >= 502;
      if (last || !unknown) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** WeChat: what happens on the phone outside of the mini-program. */
export function wechat(path, body) {
  return send('POST', `/_sim${path}`, body, {});
}

/** wx.login and the merchant's login. The phone remembers its user, so that the orders are still there tomorrow. */
export async function login() {
  const openid = localStorage.getItem('openid');
  const given = await wechat('/login-code', openid ? { openid } : {});
  localStorage.setItem('openid', given.openid);
  ({ token } = await send('POST', '/api/v1/login', { code: given.code }, {}));
  sessionStorage.setItem('token', token);
}

export function openid() {
  return localStorage.getItem('openid');
}

export function forgetUser() {
  logOut();
  localStorage.removeItem('openid');
}

function logOut() {
  token = null;
  sessionStorage.removeItem('token');
}

async function send(method, url, body, headers) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': body.type || 'application/json' }) },
    ...(body !== undefined && { body: body instanceof Blob ? body : JSON.stringify(body) }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401 && url.startsWith('/api/')) logOut();
  throw new Refusal(response.status, answer);
}

/** crypto.randomUUID needs https or localhost; this page may be opened by the machine's address. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
