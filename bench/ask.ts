/** For what a benchmark does beside the measured load. @throws Error with the answer when it is not a success */
export async function ask<Answer>(
  method: 'GET' | 'POST',
  url: string,
  { body, token }: { body?: object; token?: string } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
