import { textBody, type Body } from './body.js';

/** An answer before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Rows in the body, for the log. */
  readonly rows: number;
}

/** An answer in JSON. */
export function jsonReply(status: number, body: string | Body, rows = 0): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: typeof body === 'string' ? textBody(body) : body,
    rows,
  };
}

/** An error in the form of Circle's own. */
export function errorReply(status: number, message: string, details: object = {}): Reply {
  return jsonReply(status, JSON.stringify({ success: false, message, error_details: details }));
}

/** An error page, as proxies and load balancers send them. */
export function htmlReply(status: number, title: string): Reply {
  const page = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: textBody(page), rows: 0 };
}

/** A body of plain text. */
export function plainReply(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'Content-Type': 'text/plain', ...headers }, body: textBody(text), rows: 0 };
}

export function invalidToken(): Reply {
  return errorReply(401, 'The API token is invalid.');
}

export function notFound(path: string): Reply {
  return errorReply(404, 'Oops! Missing record. Please try again later.', { message: `No such path: ${path}` });
}
