// States over time: Grafana publishes its own timeline with its server only.

import { css } from '@emotion/css';
import { type DataFrame, dateTimeFormat, type GrafanaTheme2, getFieldDisplayName, type TimeRange } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';

import { type Segment, segmentsOf } from './segments';

const TICKS = 5;

interface Properties {
  frames: DataFrame[];
  range: TimeRange;
  timeZone: TimeZone;
  height: number;
}

export function States({ frames, range, timeZone, height }: Properties) {
  const styles = useStyles2(getStyles);
  const begin = range.from.valueOf();
  const span = range.to.valueOf() - begin;
  const place = ({ from, to, color }: Segment) => ({
    left: `${Math.max(0, ((from - begin) / span) * 100)}%`,
    width: `${((to - from) / span) * 100}%`,
    background: color,
  });
  const ticks = Array.from({ length: TICKS }, (_, i) => begin + (span * i) / (TICKS - 1));
  return (
    <div className={styles.panel} style={{ height }}>
      {frames.map((frame, i) => (
        <div key={i} className={styles.line}>
          <div className={styles.name}>{frame.fields[1] && getFieldDisplayName(frame.fields[1], frame, frames)}</div>
          <div className={styles.states}>
            {segmentsOf(frame).map((segment) => (
              <div
                key={segment.from}
                title={segment.text}
                data-state={segment.text}
                className={styles.state}
                style={place(segment)}
              />
            ))}
          </div>
        </div>
      ))}
      <div />
      <div className={styles.ticks}>
        {ticks.map((tick) => (
          <span key={tick}>{dateTimeFormat(tick, { format: 'HH:mm', timeZone })}</span>
        ))}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // Names take the room that the longest needs.
  panel: css({
    ...theme.typography.bodySmall,
    display: 'grid',
    gridTemplateColumns: 'fit-content(340px) 1fr',
    gridAutoRows: 22,
    columnGap: 12,
    alignItems: 'center',
    overflowY: 'auto',
  }),
  line: css({ display: 'contents' }),
  name: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  states: css({ position: 'relative', height: 14, overflow: 'hidden' }),
  state: css({ position: 'absolute', height: '100%' }),
  ticks: css({ display: 'flex', justifyContent: 'space-between', color: theme.colors.text.secondary }),
});
