// States over time: Grafana publishes its own timeline with its server only.

import { css } from '@emotion/css';
import { type DataFrame, type GrafanaTheme2, getFieldDisplayName, type TimeRange } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import { type Segment, segmentsOf } from './segments';

export function States({ frames, range, height }: { frames: DataFrame[]; range: TimeRange; height: number }) {
  const styles = useStyles2(getStyles);
  const begin = range.from.valueOf();
  const span = range.to.valueOf() - begin;
  const place = ({ from, to, color }: Segment) => ({
    left: `${Math.max(0, ((from - begin) / span) * 100)}%`,
    width: `${((to - from) / span) * 100}%`,
    background: color,
  });
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
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({ overflowY: 'auto' }),
  line: css({ ...theme.typography.bodySmall, display: 'flex', alignItems: 'center', height: 22 }),
  name: css({ width: 340, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  states: css({ position: 'relative', flex: 1, height: 14, overflow: 'hidden' }),
  state: css({ position: 'absolute', height: '100%' }),
});
