/** Only reads, as fast as the server gives: one page after another, bodies thrown away. Arguments as of the bare loop. */
import { Agent, get } from 'node:http';

const agent = new Agent({ keepAlive: true });
const [first = '', token = ''] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}` };
const url = new URL(first);

/** The first bytes of a page: its links. */
const fetchPage = async (): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      let start = '';
      response.on('data', (chunk: Buffer) => {
        if (start === '') start = chunk.toString('latin1', 0, 400);
      });
      response.on('end', () => resolve(start));
    }).on('error', reject);
  });

for (let page = 1, start = 'next_page_uri'; start.includes('next_page_uri'); page++) {
  url.searchParams.set('page', String(page));
  start = await fetchPage();
}
agent.destroy();
