import { textBody } from './body.js';
import { numberOf, textOf, type FaultKind } from './fault-kind.js';
import { errorReply, htmlReply, invalidToken, jsonReply, notFound, plainReply, type Reply } from './reply.js';

/** Faults that answer in the API's stead. */
export const replyFaults = {
  'status-401': { summary: 'wrong token', reply: invalidToken },
  'status-403': {
    summary: 'the community or the token may not read this',
    reply: () => errorReply(403, 'The community is not eligible for data API access.'),
  },
  'status-404': { summary: 'no such path', reply: (_, { url }) => notFound(url.pathname) },
  'status-408': { summary: 'request timeout', chaos: true, reply: () => plainReply(408, 'Request Timeout\n') },
  'status-422': {
    summary: 'a parameter is wrong',
    reply: () => errorReply(422, 'sort must be latest or oldest', { sort: ['must be latest or oldest'] }),
  },
  'status-425': { summary: 'too early', chaos: true, reply: () => plainReply(425, 'Too Early\n') },
  'status-429': { summary: 'rate limited, without Retry-After', reply: () => plainReply(429, 'Retry later\n') },
  'status-429-seconds': {
    summary: 'rate limited, Retry-After in seconds',
    parameters: { seconds: 1 },
    chaos: true,
    reply: (parameters) => plainReply(429, 'Retry later\n', { 'Retry-After': String(numberOf(parameters, 'seconds')) }),
  },
  'status-429-date': {
    summary: 'rate limited, Retry-After as an HTTP date',
    parameters: { seconds: 2 },
    reply: (parameters, { now }) => {
      const at = Math.ceil(now / 1_000_000 + numberOf(parameters, 'seconds')) * 1000;
      return plainReply(429, 'Retry later\n', { 'Retry-After': new Date(at).toUTCString() });
    },
  },
  'status-500': { summary: 'internal error', chaos: true, reply: () => htmlReply(500, 'Internal Server Error') },
  'status-502': { summary: 'bad gateway', chaos: true, reply: () => htmlReply(502, 'Bad Gateway') },
  'status-503': { summary: 'unavailable', chaos: true, reply: () => htmlReply(503, 'Service Unavailable') },
  'status-504': { summary: 'gateway timeout', chaos: true, reply: () => htmlReply(504, 'Gateway Timeout') },
  'html-200': { summary: 'a web page with status 200', chaos: true, reply: () => htmlReply(200, 'Circle') },
  'empty-object': { summary: '`{}` with status 200', chaos: true, reply: () => jsonReply(200, '{}') },
  'null-events': {
    summary: '`{"events":null}` with status 200',
    chaos: true,
    reply: () => jsonReply(200, '{"events":null}'),
  },
  'empty-body': { summary: 'no body with status 200', chaos: true, reply: () => jsonReply(200, '') },
  'error-body-200': {
    summary: 'an error body with status 200',
    chaos: true,
    reply: () =>
      jsonReply(200, '{"success":false,"message":"Your account could not be authenticated.","error_details":{}}'),
  },
  'token-in-error': {
    summary: 'an error that repeats the token in its body and a header',
    parameters: { status: 401 },
    reply: (parameters, { token }) => {
      const message = `The API token ${token} is invalid. Authorization: Bearer ${token}`;
      const reply = errorReply(numberOf(parameters, 'status'), message, { token: encodeURIComponent(token) });
      return { ...reply, headers: { ...reply.headers, 'X-Token': token } };
    },
  },
  'token-in-redirect': {
    summary: 'a redirect to the same origin that repeats the token in its Location',
    reply: (_, { url, token }) => redirect(`${url.origin}/login?token=${encodeURIComponent(token)}`),
  },
  'foreign-redirect': {
    summary: 'a redirect to another origin',
    parameters: { origin: 'https://circle.example.org' },
    reply: (parameters, { url }) => redirect(textOf(parameters, 'origin') + url.pathname + url.search),
  },
} as const satisfies Record<string, FaultKind>;

function redirect(location: string): Reply {
  return {
    status: 302,
    headers: { 'Content-Type': 'text/html', Location: location },
    body: textBody(
      `<html><body>You are being <a href="${location.replaceAll('&', '&amp;')}">redirected</a>.</body></html>`,
    ),
    rows: 0,
  };
}
