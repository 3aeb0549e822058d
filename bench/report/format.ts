/** A whole number with commas. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `1.23x` */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}

export function seconds(value: number, digits = 2): string {
  return `${value.toFixed(digits)} s`;
}

export function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
}

export function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}

/** How much more than 1, in percent, with its sign. */
export function percentMore(ratio: number): string {
  const percent = (ratio - 1) * 100;
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)} %`;
}
