// What the reader chooses with: variables and time.

import { css } from '@emotion/css';
import type { GrafanaTheme2, RawTimeRange, TimeRange } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import { TimeRangePicker, useStyles2 } from '@grafana/ui';

import { changeSearch } from './address';
import type { Window } from './prometheus';
import { addressOf, moveBack, moveForward, zoomOut } from './timeRange';

interface ChooserProperties {
  name: string;
  label: string;
  options: string[];
  chosen: string[];
}

export function Chooser({ name, label, options, chosen }: ChooserProperties) {
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
        <option value="$__all">All</option>
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

function showRange(range: RawTimeRange): void {
  const { from, to } = addressOf(range);
  changeSearch((search) => {
    search.set('from', from);
    search.set('to', to);
  });
}

function showWindow({ from, to }: Window): void {
  showRange({ from: String(from), to: String(to) });
}

export function TimeControls({ range, timeZone }: { range: TimeRange; timeZone: TimeZone }) {
  const window = { from: range.from.valueOf(), to: range.to.valueOf() };
  return (
    <TimeRangePicker
      value={range}
      timeZone={timeZone}
      onChange={({ raw }) => {
        showRange(raw);
      }}
      onChangeTimeZone={(zone) => {
        changeSearch((search) => {
          search.set('timezone', zone);
        });
      }}
      onMoveBackward={() => {
        showWindow(moveBack(window));
      }}
      onMoveForward={() => {
        showWindow(moveForward(window, Date.now()));
      }}
      onZoom={() => {
        showWindow(zoomOut(window));
      }}
    />
  );
}
