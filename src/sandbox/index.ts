/** The sandbox as other code uses it: in tests, in the demo, in benchmarks. */
export type { Absence, RowsToAdd } from './control-rows.js';
export type { FaultMatch, FaultRule } from './fault-rules.js';
export type { FaultName } from './fault-table.js';
export type { RequestEntry, Stats } from './journal.js';
export type { LiveOptions, SandboxOptions } from './options.js';
export { InvalidInput } from './reader.js';
export type { StreamName } from './rows.js';
export { startSandbox, type Sandbox, type TrueRow } from './sandbox.js';
