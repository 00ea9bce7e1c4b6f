// States over time. Ours: Grafana's own is part of its server.

import { type DataFrame, FieldType, formattedValueToString, getFieldDisplayName, type TimeRange } from '@grafana/data';

interface Segment {
  from: number;
  to: number;
  text: string;
  color?: string;
}

/** Return the stretches of one state; a gap of more than two steps has none. */
function segments(frame: DataFrame): Segment[] {
  const time = frame.fields.find((field) => field.type === FieldType.time);
  const field = frame.fields.find((one) => one.type === FieldType.number);
  if (!time || !field?.display) {
    return [];
  }
  const step = time.config.interval ?? 30_000;
  const found: Segment[] = [];
  time.values.forEach((at: number, i: number) => {
    const display = field.display!(field.values[i]);
    const text = formattedValueToString(display);
    const last = found[found.length - 1];
    if (last && last.text === text && at - last.to <= step) {
      last.to = at + step;
    } else {
      found.push({ from: at, to: at + step, text, color: display.color });
    }
  });
  return found;
}

export function States({ frames, range, height }: { frames: DataFrame[]; range: TimeRange; height: number }) {
  const from = range.from.valueOf();
  const span = range.to.valueOf() - from;
  return (
    <div style={{ overflowY: 'auto', height }}>
      {frames.map((frame, i) => (
        <div key={i} style={{ display: 'flex', alignItems: 'center', height: 22, fontSize: 12 }}>
          <div style={{ width: 340, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
            {getFieldDisplayName(frame.fields[1], frame, frames)}
          </div>
          <div style={{ position: 'relative', flex: 1, height: 14 }}>
            {segments(frame).map((segment) => (
              <div
                key={segment.from}
                title={segment.text}
                data-state={segment.text}
                style={{
                  position: 'absolute',
                  left: `${Math.max(0, ((segment.from - from) / span) * 100)}%`,
                  width: `${((segment.to - segment.from) / span) * 100}%`,
                  height: '100%',
                  background: segment.color,
                }}
              />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
