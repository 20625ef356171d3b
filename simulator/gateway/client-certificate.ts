import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** nginx, which stands before WeChat's API, answers these itself (protocol notes §1.1). */
const NO_CERTIFICATE = 'No required SSL certificate was sent';
const WRONG_CERTIFICATE = 'The SSL certificate error';

export interface ClientCertificate {
  /** mch_id in a genuine certificate; undefined without one. */
  mchId: string | undefined;
  /** nginx's page when the path demands a certificate and this connection has none, or one WeChat never issued. */
  refusal: string | undefined;
}

/** What the connection's client certificate is worth. */
export function clientCertificate(request: IncomingMessage): ClientCertificate {
  const socket = request.socket as TLSSocket;
  const subject = socket.getPeerCertificate().subject as { CN?: string } | undefined;
  if (!subject) return { mchId: undefined, refusal: badRequestPage(NO_CERTIFICATE) };
  if (!socket.authorized) return { mchId: undefined, refusal: badRequestPage(WRONG_CERTIFICATE) };
  return { mchId: subject.CN, refusal: undefined };
}

function badRequestPage(reason: string): string {
  return [
    '<html>',
    `<head><title>400 ${reason}</title></head>`,
    '<body>',
    '<center><h1>400 Bad Request</h1></center>',
    `<center>${reason}</center>`,
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
}
