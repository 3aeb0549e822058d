import { numberOf, type FaultKind } from './fault-kind.js';

/** Faults on the wire: when the bytes come, how many, and how they end. */
export const deliveryFaults = {
  'reset-before-headers': {
    summary: 'the connection is reset before any byte',
    chaos: true,
    delivery: (delivery) => ({ ...delivery, instead: 'reset' }),
  },
  'reset-in-body': {
    summary: 'the connection is reset in the middle of the body',
    parameters: { share: 0.5 },
    chaos: true,
    delivery: (delivery, parameters) => ({ ...delivery, share: numberOf(parameters, 'share'), ending: 'reset' }),
  },
  'cut-body': {
    summary: 'part of the body, with the Content-Length of that part',
    parameters: { share: 0.5 },
    chaos: true,
    delivery: (delivery, parameters) => ({ ...delivery, share: numberOf(parameters, 'share'), length: 'sent' }),
  },
  'cut-body-false-length': {
    summary: 'part of the body, with the Content-Length of the whole, then the connection closes',
    parameters: { share: 0.5 },
    chaos: true,
    delivery: (delivery, parameters) => ({ ...delivery, share: numberOf(parameters, 'share'), ending: 'close' }),
  },
  'cut-body-chunked': {
    summary: 'part of the body in chunks, then the connection closes without the last chunk',
    parameters: { share: 0.5 },
    chaos: true,
    delivery: (delivery, parameters) => ({
      ...delivery,
      share: numberOf(parameters, 'share'),
      length: 'none',
      ending: 'close',
    }),
  },
  'slow-headers': {
    summary: 'some time before the headers',
    parameters: { ms: 1000 },
    chaos: true,
    delivery: (delivery, parameters) => ({ ...delivery, delayMs: delivery.delayMs + numberOf(parameters, 'ms') }),
  },
  'slow-body': {
    summary: 'the body in pieces with pauses between them',
    parameters: { pieces: 20, ms: 50 },
    chaos: true,
    delivery: (delivery, parameters) => ({
      ...delivery,
      pieces: numberOf(parameters, 'pieces'),
      pauseMs: numberOf(parameters, 'ms'),
    }),
  },
  'stalled-headers': {
    summary: 'nothing comes, and the connection stays open',
    delivery: (delivery) => ({ ...delivery, instead: 'stall' }),
  },
  'stalled-body': {
    summary: 'part of the body, then nothing more, and the connection stays open',
    parameters: { share: 0.5 },
    delivery: (delivery, parameters) => ({ ...delivery, share: numberOf(parameters, 'share'), ending: 'stall' }),
  },
  'endless-body': {
    summary: 'white space after the body, a gigabyte of it unless told',
    parameters: { bytes: 2 ** 30 },
    delivery: (delivery, parameters) => ({ ...delivery, length: 'none', padding: numberOf(parameters, 'bytes') }),
  },
  'gzip-body': {
    summary: 'compressed, whether or not the client accepts that',
    chaos: true,
    delivery: (delivery) => ({ ...delivery, gzip: 'always' }),
  },
  'false-gzip': {
    summary: 'said to be compressed, but is not',
    chaos: true,
    delivery: (delivery) => ({ ...delivery, gzip: 'claimed' }),
  },
} as const satisfies Record<string, FaultKind>;
