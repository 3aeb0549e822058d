import { afterAll, describe, expect, test } from '@jest/globals';
import type { FaultRule } from '../../src/sandbox/index.js';
import { Bench, closeBenches, runSource, type Run } from '../support/airbyte.js';

/** `test_secret_never_in_the_output` of the acceptance tests, which is an empty stub there. */

const token = 's3cr3t/+x%"\\y&9';
const salt = 'salt-of-the-earth-77';
afterAll(closeBenches);

/** Every form in which a secret could stand in an output. */
function formsOf(secret: string): string[] {
  const base64 = ['', 'x', 'xx'].map((lead) =>
    Buffer.from(lead + secret)
      .toString('base64')
      .slice(4, -4),
  );
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64, secret.slice(0, 8)];
}

function expectNoSecret(run: Run): void {
  for (const form of [...formsOf(token), ...formsOf(salt)]) {
    expect([form, run.stdout.includes(form), run.stderr.includes(form)]).toEqual([form, false, false]);
  }
}

describe('a secret is never in the output', () => {
  test.each<FaultRule>([
    { fault: 'token-in-error', with: { status: 401 } },
    { fault: 'token-in-error', with: { status: 403 } },
    { fault: 'token-in-error', with: { status: 422 } },
    { fault: 'token-in-error', with: { status: 503 } },
    { fault: 'token-in-redirect' },
  ])('where the API repeats it: %j', async (fault) => {
    const bench = await Bench.start({ events: 10, visits: 2, token, faults: [fault] });
    const settings = { max_retry_seconds: 1, hash_fields: ['payload.initiator.email'], hash_salt: salt };
    const runs = [await bench.check(settings, '--debug'), await bench.read({ settings, flags: ['--debug'] })];
    for (const run of runs) expectNoSecret(run);
    // The place where it stood is there, so that the test does not pass because nothing was told at all.
    const repeats = fault.fault === 'token-in-error' && fault.with?.['status'] !== 503;
    if (repeats) for (const run of runs) expect(run.stdout).toContain('[redacted]');
    expect(runs[1]?.code).toBe(1);
  });

  test('in a read that goes well, in a wrong setting, and in a file that is no JSON', async () => {
    const bench = await Bench.start({ events: 10, visits: 2, token });
    const well = await bench.read({ flags: ['--debug'], settings: { hash_salt: salt } });
    expectNoSecret(well);
    expect(well.code).toBe(0);
    const settings = { base_url: `http://${encodeURIComponent(token)}@127.0.0.1:1`, max_retry_seconds: 0 };
    expectNoSecret(await bench.check(settings, '--debug'));
    expectNoSecret(await bench.check({ page_size: token, hash_salt: 7 }));
    const broken = bench.text(`{"api_token": ${JSON.stringify(token)}, "hash_salt": "${salt}`);
    expectNoSecret(await runSource(['check', '--config', broken, '--debug']));
    expectNoSecret(await runSource(['read', '--config', broken, '--catalog', broken, '--debug']));
  });
});
