import type { MessagePort } from 'node:worker_threads';
import { failureOf, type DecodingReply, type DecodingRequest } from './decoding-messages.js';
import type { RowView } from './page.js';
import { PageReader } from './page-reader.js';

/**
 * The decoding thread's side: reads the pages that come through the port, in turn. What is no fault of a page ends the
 * thread.
 *
 * @param viewOf makes the view of a recipe
 */
export function serveDecoding(port: MessagePort, viewOf: (recipe: unknown) => Promise<RowView>): void {
  const reader = new PageReader();
  const views = new Map<number, RowView>();
  const reply = (answer: DecodingReply, moved: readonly ArrayBufferLike[] = []): void => {
    port.postMessage(answer, moved as ArrayBuffer[]);
  };
  const serve = async (request: DecodingRequest): Promise<void> => {
    if (request.kind === 'view') {
      views.set(request.view, await viewOf(request.recipe));
      return;
    }
    const { number, body } = request;
    const view = views.get(request.view);
    if (view === undefined) throw new Error(`View ${request.view} did not come before its pages`);
    try {
      const page = reader.read(Buffer.from(body.buffer, body.byteOffset, body.length), view);
      reply({ number, page }, [page.records.buffer]);
    } catch (error) {
      reply({ number, failure: failureOf(error) });
    }
  };
  let served = Promise.resolve();
  port.on('message', (request: DecodingRequest) => {
    served = served.then(async () => serve(request));
  });
  reply('ready');
}
