import manifest from '../../package.json' with { type: 'json' };

/** The version of this package, the same for all its executables. */
export const version: string = manifest.version;
