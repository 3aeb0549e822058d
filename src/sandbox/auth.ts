/** Whether an `Authorization` header carries the token, under a scheme that the server takes. */
export function isAuthorized(header: string | undefined, token: string, schemes: 'both' | 'Bearer' | 'Token'): boolean {
  const [, scheme = '', given = ''] = /^(Bearer|Token) +(\S+) *$/i.exec(header ?? '') ?? [];
  return given === token && (schemes === 'both' || schemes.toLowerCase() === scheme.toLowerCase());
}
