let token = sessionStorage.getItem('token');

/** The merchant's public API, as a mini-program would call it. */
export async function app(method, path, body) {
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (method !== 'GET') headers['idempotency-key'] = randomKey();
  return send(method, `/api/v1${path}`, body, headers);
}

/** WeChat: what happens on the phone outside of the mini-program. */
export async function wechat(path, body) {
  return send('POST', `/_sim${path}`, body, {});
}

/** wx.login and the merchant's login. The phone remembers its user, so that the orders are still there tomorrow. */
export async function login() {
  const openid = localStorage.getItem('openid');
  const given = await wechat('/login-code', openid ? { openid } : {});
  localStorage.setItem('openid', given.openid);
  const answer = await send('POST', '/api/v1/login', { code: given.code }, {});
  token = answer.token;
  sessionStorage.setItem('token', token);
}

export function forgetUser() {
  token = null;
  sessionStorage.removeItem('token');
  localStorage.removeItem('openid');
}

export function isLoggedIn() {
  return Boolean(token);
}

async function send(method, url, body, headers) {
  const options = { method, headers };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    headers['content-type'] = 'application/json';
  }
  const response = await fetch(url, options);
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401 && url.startsWith('/api/')) {
    token = null;
    sessionStorage.removeItem('token');
  }
  throw new Error(
    `${answer.code ?? response.status}: ${answer.detail ?? answer.message ?? answer.title ?? ''}`,
  );
}

/** crypto.randomUUID needs https or localhost; this page may be opened by the machine's address. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
