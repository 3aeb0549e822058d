import type { ByteWriter } from './byte-writer.js';
import { writeUuid } from './ids.js';
import { plainStyle, type Micros, type TimeStyle } from './micros.js';
import { payloadWriter } from './objects.js';
import type { Scene } from './scene.js';
import { template, type Write } from './template.js';
import { createdStyle, triggeredAt } from './times.js';

/** A row to be written. */
export interface RowScene extends Scene {
  readonly created: Micros;
  /** What the stream's ids are made for. */
  readonly idPurpose: number;
}

const millisStyle: TimeStyle = { ...plainStyle, digits: 3 };

/** How a row with an event of this name is written, as the API sends it. */
export function rowWriter(name: string): Write<RowScene> {
  const nameBytes = Buffer.from(name);
  const writePayload = payloadWriter(name);
  const payload = (scene: RowScene, out: ByteWriter): undefined => {
    writePayload(out, scene);
  };
  return template<RowScene>`{"id":"${id}","name":"${() => nameBytes}","triggered_at":"${triggered}","created_at":"${created}","version":"1","payload":${payload}}`;
}

function id({ world, idPurpose, n }: RowScene, out: ByteWriter): undefined {
  writeUuid(out, world.seed, idPurpose, n);
}

function triggered({ world, n, created: at }: RowScene, out: ByteWriter): undefined {
  world.times.write(out, triggeredAt(world.seed, n, at), millisStyle);
}

function created({ world, n, created: at }: RowScene, out: ByteWriter): undefined {
  world.times.write(out, at, createdStyle(world.seed, n, at));
}
