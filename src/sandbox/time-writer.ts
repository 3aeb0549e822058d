import type { ByteWriter } from './byte-writer.js';
import { formatMicros, MICROS_PER_SECOND, type Micros, type TimeStyle } from './micros.js';

const SECONDS_PER_DAY = 86_400;
const COLON = 0x3a;
const POINT = 0x2e;

/** Writes what {@link formatMicros} returns, quickly: it keeps the texts of days and of offsets. */
export class TimeWriter {
  private readonly days = new Map<number, Uint8Array>();
  private readonly zones = new Map<number, Uint8Array>();

  write(out: ByteWriter, at: Micros, style: TimeStyle): void {
    const seconds = Math.floor(at / MICROS_PER_SECOND);
    const local = seconds + style.offset * 60;
    const day = Math.floor(local / SECONDS_PER_DAY);
    const second = local - day * SECONDS_PER_DAY;
    const minute = Math.floor(second / 60);
    out.raw(this.day(day));
    out.int(Math.floor(minute / 60), 2);
    out.byte(COLON);
    out.int(minute % 60, 2);
    out.byte(COLON);
    out.int(second % 60, 2);
    if (style.digits > 0) {
      const fraction = at - seconds * MICROS_PER_SECOND;
      out.byte(POINT);
      out.int(style.digits === 3 ? Math.floor(fraction / 1000) : fraction, style.digits);
    }
    out.raw(this.zone(style.offset));
  }

  /** `2026-01-31T` */
  private day(day: number): Uint8Array {
    let bytes = this.days.get(day);
    if (bytes === undefined) {
      bytes = Buffer.from(formatMicros(day * SECONDS_PER_DAY * MICROS_PER_SECOND).slice(0, 11));
      this.days.set(day, bytes);
    }
    return bytes;
  }

  /** `Z` or `+05:30` */
  private zone(offset: number): Uint8Array {
    let bytes = this.zones.get(offset);
    if (bytes === undefined) {
      bytes = Buffer.from(formatMicros(0, { digits: 0, offset }).slice(19));
      this.zones.set(offset, bytes);
    }
    return bytes;
  }
}
