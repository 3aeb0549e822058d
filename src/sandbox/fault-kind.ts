import type { Delivery } from './delivery.js';
import type { Addresses, Links } from './links.js';
import type { Micros } from './micros.js';
import type { Query } from './query.js';
import type { Reply } from './reply.js';

/** A fault's parameters with their defaults: numbers and texts that a rule may set under `with`. */
export type Parameters = Readonly<Record<string, number | string>>;

/** What a fault that answers in the API's stead may use. */
export interface Asked {
  readonly url: URL;
  readonly token: string;
  readonly now: Micros;
}

/**
 * One way in which an API may fail or surprise. Each acts at one or more places of a request's way, and does nothing at
 * the others.
 */
export interface FaultKind {
  readonly summary: string;
  readonly parameters?: Parameters;
  /** Whether a client that tries again loses nothing to it, at any request: those make up `chaos`. */
  readonly chaos?: true;
  /** Answers instead of the API. */
  readonly reply?: (parameters: Parameters, asked: Asked) => Reply;
  /** Changes what is asked for. */
  readonly query?: (query: Query, parameters: Parameters) => Query;
  /** Changes how many rows the pages of a walk hold: for whole walks, by page number, not for single requests. */
  readonly size?: (perPage: number, parameters: Parameters) => number;
  /** Changes the rows of the page, each as its JSON text. */
  readonly rows?: (rows: readonly string[], parameters: Parameters) => readonly string[];
  readonly links?: (links: Links, addresses: Addresses, parameters: Parameters) => Links;
  /** Changes the text of the whole body. */
  readonly body?: (text: string, parameters: Parameters) => string;
  readonly delivery?: (delivery: Delivery, parameters: Parameters) => Delivery;
}

/** A parameter that is a number: its default is one, and rules are checked against it. */
export function numberOf(parameters: Parameters, name: string): number {
  return Number(parameters[name] ?? 0);
}

/** A parameter that is a text. */
export function textOf(parameters: Parameters, name: string): string {
  return String(parameters[name] ?? '');
}
