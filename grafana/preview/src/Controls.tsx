// What the reader chooses with: variables and time.

import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeRange } from '@grafana/data';
import { TimeRangePicker, useStyles2 } from '@grafana/ui';
import { useState } from 'react';

import { changeSearch } from './address';
import { addressOf, moveBack, moveForward, remember, type TimeSettings, zoomOut } from './timeRange';

interface ChooserProperties {
  name: string;
  label: string;
  /** One value is chosen, never all. */
  single: boolean;
  options: string[];
  chosen: string[];
}

export function Chooser({ name, label, single, options, chosen }: ChooserProperties) {
  const styles = useStyles2(getStyles);
  const several = chosen.length > 1;
  const choose = (value: string) => {
    changeSearch((search) => {
      search.set(`var-${name}`, value);
    });
  };
  return (
    <label>
      {label}{' '}
      <select
        data-variable={name}
        className={styles.select}
        value={several ? '' : (chosen[0] ?? '$__all')}
        onChange={(event) => {
          choose(event.target.value);
        }}
      >
        {!single && <option value="$__all">All</option>}
        {several && <option value="">{chosen.join(' + ')}</option>}
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  select: css({
    height: theme.spacing(theme.components.height.md),
    padding: theme.spacing(0, 1),
    border: `1px solid ${theme.components.input.borderColor}`,
    borderRadius: theme.shape.radius.default,
    background: theme.components.input.background,
    color: theme.components.input.text,
  }),
});

function setInAddress(values: Record<string, string | number>): void {
  changeSearch((search) => {
    for (const [name, value] of Object.entries(values)) {
      search.set(name, String(value));
    }
  });
}

export function TimeControls({ time }: { time: TimeSettings }) {
  const { range, timeZone, fiscalYearStartMonth } = time;
  const [history, setHistory] = useState<TimeRange[]>([]);
  const window = { from: range.from.valueOf(), to: range.to.valueOf() };
  return (
    <TimeRangePicker
      value={range}
      timeZone={timeZone}
      fiscalYearStartMonth={fiscalYearStartMonth}
      history={history}
      onChange={(chosen) => {
        setInAddress(addressOf(chosen.raw));
        setHistory((earlier) => remember(earlier, chosen));
      }}
      onChangeTimeZone={(timezone) => {
        setInAddress({ timezone });
      }}
      onChangeFiscalYearStartMonth={(month) => {
        setInAddress({ fiscalYearStartMonth: month });
      }}
      onMoveBackward={() => {
        setInAddress({ ...moveBack(window) });
      }}
      onMoveForward={() => {
        setInAddress({ ...moveForward(window, Date.now()) });
      }}
      onZoom={() => {
        setInAddress({ ...zoomOut(window) });
      }}
    />
  );
}
