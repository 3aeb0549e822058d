// Loaded into a process with NODE_OPTIONS=--require: tells its peak memory in kB when it ends. `maxRSS` would also count
// what the process was forked from (getrusage keeps that over exec), and test runners are large.
const { readFileSync, writeSync } = require('node:fs');

process.on('exit', () => {
  let peak = process.resourceUsage().maxRSS;
  try {
    peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    // Not Linux.
  }
  writeSync(2, `\npeak memory ${peak} kB\n`);
});
