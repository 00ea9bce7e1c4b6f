// The stretches of a state timeline.

import { type DataFrame, FieldType, formattedValueToString } from '@grafana/data';

const STANDARD_STEP = 30_000;

/** One state from a time to another, in milliseconds since the epoch. */
export interface Segment {
  from: number;
  to: number;
  text: string;
  color?: string;
}

/** Return the stretches of one state. Each point lasts one step; one missing point is bridged, more are a gap. */
export function segmentsOf(frame: DataFrame<unknown>): Segment[] {
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  const states = frame.fields.find(({ type }) => type === FieldType.number);
  if (!time || !states?.display) {
    return [];
  }
  const step = time.config.interval ?? STANDARD_STEP;
  const segments: Segment[] = [];
  for (const [i, from] of (time.values as number[]).entries()) {
    const display = states.display(states.values[i]);
    const text = formattedValueToString(display);
    const last = segments.at(-1);
    if (last?.text === text && from <= last.to + step) {
      last.to = from + step;
    } else {
      segments.push({ from, to: from + step, text, color: display.color });
    }
  }
  return segments;
}
