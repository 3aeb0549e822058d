export type AuthScheme = 'auto' | 'Bearer' | 'Token';

/**
 * The Authorization header. The reference lost its scheme, and Circle's other APIs document both: `auto` begins with
 * Bearer, tries Token once after a 401, and stays with what worked.
 */
export class Authorization {
  private readonly token: string;
  private scheme: 'Bearer' | 'Token';
  private mayTryOther: boolean;

  constructor(token: string, scheme: AuthScheme) {
    this.token = token;
    this.scheme = scheme === 'auto' ? 'Bearer' : scheme;
    this.mayTryOther = scheme === 'auto';
  }

  get header(): string {
    return `${this.scheme} ${this.token}`;
  }

  /** A request was accepted: the scheme is settled. */
  accepted(): void {
    this.mayTryOther = false;
  }

  /**
   * A request with `header` was refused.
   *
   * @returns whether asking again with the present header may help
   */
  refused(header: string): boolean {
    if (header !== this.header) return true;
    if (!this.mayTryOther) return false;
    this.mayTryOther = false;
    this.scheme = this.scheme === 'Bearer' ? 'Token' : 'Bearer';
    return true;
  }
}
