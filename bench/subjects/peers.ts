import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const requirements = fileURLToPath(new URL('../peers/requirements.txt', import.meta.url));
const folder = join(root, '.venv-bench');

/** pip takes minutes for what uv does in seconds. */
const UV = 'uv==0.13.9';

/** The programs of the peers' virtual environment, which is made where it is not there or was made of other pins. */
export async function peersBin(): Promise<string> {
  const pins = await readFile(requirements, 'utf8');
  const key = createHash('sha256').update(`${UV}\n${pins}`).digest('hex');
  const stamp = join(folder, 'made-of');
  const bin = join(folder, 'bin');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === key) return bin;
  process.stderr.write('bench: making .venv-bench, once\n');
  await rm(folder, { recursive: true, force: true });
  const python = process.env['BENCH_PYTHON'] ?? 'python3';
  await run(python, ['-m', 'venv', folder]);
  await run(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', UV]);
  const install = ['pip', 'install', '--quiet', '--no-deps', '--python', join(bin, 'python'), '-r', requirements];
  await run(join(bin, 'uv'), install);
  await access(join(bin, 'source-declarative-manifest'));
  // Last: an install that was cut off is made anew.
  await writeFile(stamp, key);
  return bin;
}

/** Versions as pinned, and that of Python. */
export async function peerVersions(): Promise<Record<string, string>> {
  const pins = await readFile(requirements, 'utf8');
  const version = (name: string): string => new RegExp(`^${name}==(.+)$`, 'm').exec(pins)?.[1] ?? '?';
  const { stdout } = await run(join(await peersBin(), 'python'), ['--version']);
  return {
    Python: stdout.trim().replace('Python ', ''),
    'singer-sdk': version('singer-sdk'),
    msgspec: version('msgspec'),
    'airbyte-cdk': version('airbyte-cdk'),
    dlt: version('dlt'),
  };
}
