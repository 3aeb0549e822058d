// Loaded into a Node process with NODE_OPTIONS=--require: when it ends, it writes down its peak memory and CPU time.
// `maxRSS` would also count what the process was forked from (getrusage keeps that over exec): VmHWM does not.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const figures = { peakKilobytes: peak, userSeconds: user / 1e6, systemSeconds: system / 1e6 };
  writeFileSync(process.env.BENCH_PROBE_FILE, JSON.stringify(figures));
});
