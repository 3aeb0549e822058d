import { existsSync, lstatSync, mkdirSync, realpathSync, type Stats } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Lets Node keep what it compiles of the files that are loaded from now on, and take it from there next time (Node 22.1
 * and later; 20 has no such cache). Does nothing where the user has chosen a folder (`NODE_COMPILE_CACHE`) or wants none
 * (`NODE_DISABLE_COMPILE_CACHE`), and where there is no folder that is ours alone: what lies there is run as code. Never
 * fails.
 *
 * @param env `XDG_CACHE_HOME` and `HOME` are read of it, too
 * @param uid of this process; null where the system has none
 */
export function keepCompiledCode(env: Environment, uid: number | null): void {
  // Node 20's types, and Node 20, do not have it.
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache === undefined || uid === null) return;
  if (env['NODE_COMPILE_CACHE'] !== undefined || env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return;
  const folder = privateFolder(env, uid);
  if (folder !== null) enableCompileCache(folder);
}

/**
 * Makes the folder, in a cache home that is there already: Node 22 and 24 were seen to wait for ever while they make a
 * folder in one that is not (`/proc/nope`).
 */
function privateFolder(env: Environment, uid: number): string | null {
  const { XDG_CACHE_HOME: xdg = '', HOME: home = '' } = env;
  const cacheHome = xdg.startsWith('/') ? xdg : home.startsWith('/') ? join(home, '.cache') : null;
  if (cacheHome === null) return null;
  try {
    const parent = realpathSync(cacheHome);
    // Not another user's, where root would leave files that this user can neither use nor remove.
    if (lstatSync(parent).uid !== uid || !isSafe(parent, uid)) return null;
    const folder = join(parent, 'tap-circle');
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === uid && !isOpen(found) ? folder : null;
  } catch {
    return null;
  }
}

/** Whether nobody else, but for root, could put another folder in the place of this one or of one that it is in. */
function isSafe(folder: string, uid: number): boolean {
  const stats = lstatSync(folder);
  const isOurs = stats.uid === uid || stats.uid === 0;
  // In a sticky folder (/tmp), everybody can only touch what is their own.
  const isClosed = !isOpen(stats) || (stats.mode & 0o1000) !== 0;
  const parent = dirname(folder);
  return isOurs && isClosed && (parent === folder || isSafe(parent, uid));
}

function isOpen({ mode }: Stats): boolean {
  return (mode & 0o022) !== 0;
}
