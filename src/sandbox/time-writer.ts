import { formatMicros, MICROS_PER_SECOND, type Micros, type TimeStyle } from './micros.js';

const SECONDS_PER_DAY = 86_400;
const threeDigits = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

/** {@link formatMicros} for many instants: it keeps the texts of days and of times of day. */
export class TimeWriter {
  private readonly days = new Map<number, string>();
  private readonly clocks: string[] = [];
  private readonly zones = new Map<number, string>([[0, 'Z']]);

  write(at: Micros, style: TimeStyle): string {
    const seconds = Math.floor(at / MICROS_PER_SECOND);
    const local = seconds + style.offset * 60;
    const day = Math.floor(local / SECONDS_PER_DAY);
    const start = this.day(day) + this.clock(local - day * SECONDS_PER_DAY);
    const zone = this.zone(style.offset);
    if (style.digits === 0) return start + zone;
    const fraction = at - seconds * MICROS_PER_SECOND;
    const millis = Math.floor(fraction / 1000);
    const text = `${start}.${threeDigits[millis] ?? ''}`;
    return style.digits === 3 ? text + zone : text + (threeDigits[fraction - millis * 1000] ?? '') + zone;
  }

  /** `2026-01-31T` */
  private day(day: number): string {
    let text = this.days.get(day);
    if (text === undefined) {
      text = formatMicros(day * SECONDS_PER_DAY * MICROS_PER_SECOND).slice(0, 11);
      this.days.set(day, text);
    }
    return text;
  }

  /** `23:59:59` */
  private clock(second: number): string {
    const known = this.clocks[second];
    if (known !== undefined) return known;
    const text = formatMicros(second * MICROS_PER_SECOND).slice(11, 19);
    this.clocks[second] = text;
    return text;
  }

  /** `Z` or `+05:30` */
  private zone(offset: number): string {
    let text = this.zones.get(offset);
    if (text === undefined) {
      text = formatMicros(0, { digits: 0, offset }).slice(19);
      this.zones.set(offset, text);
    }
    return text;
  }
}
