// The page: variables, time range, rows and panels of one board. Ours.

import { dateMath, dateTime, renderMarkdown, type TimeRange } from '@grafana/data';
import { PanelChrome, TimeRangePicker } from '@grafana/ui';
import { useEffect, useMemo, useRef, useState } from 'react';

import type { Board, Panel } from './board';
import { PanelCard } from './PanelCard';
import { TIME_ZONE } from './pipeline';
import { type Choice, choiceOf, optionsOf } from './variables';

const CELL = 30;
const GAP = 8;

/** Return the range in an address: now-1h, or epoch milliseconds. */
export function rangeOf(search: URLSearchParams, board: Board): TimeRange {
  const raw = { from: search.get('from') ?? board.time.from, to: search.get('to') ?? board.time.to };
  const at = (text: string, up: boolean) =>
    /^\d+$/.test(text) ? dateTime(Number(text)) : (dateMath.toDateTime(text, { roundUp: up }) ?? dateTime());
  return { from: at(raw.from, false), to: at(raw.to, true), raw };
}

/** Write the choice and the range into the address, so that it can be shared, and load it. */
function go(change: (search: URLSearchParams) => void): void {
  const search = new URLSearchParams(window.location.search);
  change(search);
  window.history.pushState(null, '', `${window.location.pathname}?${search}`);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

export function Page({ board, boards }: { board: Board; boards: Array<{ uid: string; title: string }> }) {
  const [address, setAddress] = useState(window.location.search);
  const [options, setOptions] = useState<Record<string, string[]>>({});
  const [error, setError] = useState('');
  const width = useWidth();

  useEffect(() => {
    const follow = () => setAddress(window.location.search);
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);

  const { choice, range } = useMemo(() => {
    const search = new URLSearchParams(address);
    return { choice: choiceOf(search), range: rangeOf(search, board) };
  }, [address, board]);

  useEffect(() => {
    optionsOf(board, choice, range).then(setOptions).catch((reason) => setError(String(reason.message ?? reason)));
  }, [board, choice, range]);

  return (
    <div style={{ padding: 16 }}>
      <header style={{ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'end', marginBottom: 12 }}>
        <h1 style={{ fontSize: 20, margin: 0 }}>{board.title}</h1>
        <span style={{ opacity: 0.7 }}>preview: drawn with Grafana's libraries, not by Grafana</span>
        <nav style={{ marginLeft: 'auto', display: 'flex', gap: 10, flexWrap: 'wrap' }}>
          {boards.map(({ uid, title }) => (
            <a key={uid} href={`/d/${uid}${address}`} aria-current={uid === board.uid ? 'page' : undefined}>
              {title.replace('SPCS / ', '')}
            </a>
          ))}
        </nav>
      </header>
      <section style={{ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'end', marginBottom: 12 }}>
        {board.templating.list
          .filter(({ type }) => type === 'query')
          .map(({ name, label }) => (
            <Chooser key={name} name={name} label={label ?? name} options={options[name] ?? []} choice={choice} />
          ))}
        <TimeRangePicker
          value={range}
          timeZone={TIME_ZONE}
          onChange={(next) =>
            go((search) => {
              search.set('from', typeof next.raw.from === 'string' ? next.raw.from : String(next.from.valueOf()));
              search.set('to', typeof next.raw.to === 'string' ? next.raw.to : String(next.to.valueOf()));
            })
          }
          onChangeTimeZone={() => {}}
          onMoveBackward={() => {}}
          onMoveForward={() => {}}
          onZoom={() => {}}
        />
      </section>
      {error && <p role="alert">{error}</p>}
      <Rows board={board} choice={choice} range={range} width={width} />
    </div>
  );
}

const CONTROL = { height: 32, padding: '0 8px', border: '1px solid #3a3d44', borderRadius: 4, background: '#111217', color: 'inherit' };

function Chooser({ name, label, options, choice }: { name: string; label: string; options: string[]; choice: Choice }) {
  const chosen = choice[name] ?? [];
  const choose = (value: string) =>
    go((search) => {
      search.delete(`var-${name}`);
      search.append(`var-${name}`, value);
    });
  return (
    <label>
      {label}{' '}
      <select data-variable={name} style={CONTROL} value={chosen.length > 1 ? '' : (chosen[0] ?? '$__all')} onChange={(event) => choose(event.target.value)}>
        <option value="$__all">All</option>
        {chosen.length > 1 && <option value="">{chosen.join(' + ')}</option>}
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

function Rows({ board, choice, range, width }: { board: Board; choice: Choice; range: TimeRange; width: number }) {
  const column = (width - 23 * GAP) / 24;
  const size = (cells: number, unit: number) => cells * unit + (cells - 1) * GAP;
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'repeat(24, minmax(0, 1fr))', gridAutoRows: CELL, gap: GAP }}>
      {board.panels.map((panel) => (
        <div key={panel.id} style={{ gridColumn: `${panel.gridPos.x + 1} / span ${panel.gridPos.w}`, gridRow: `${panel.gridPos.y + 1} / span ${panel.gridPos.h}` }}>
          <Cell board={board} panel={panel} choice={choice} range={range} width={size(panel.gridPos.w, column)} height={size(panel.gridPos.h, CELL)} />
        </div>
      ))}
    </div>
  );
}

function Cell(properties: { board: Board; panel: Panel; choice: Choice; range: TimeRange; width: number; height: number }) {
  const { panel, width, height } = properties;
  if (panel.type === 'row') {
    return <h2 style={{ fontSize: 16, margin: '4px 0 0' }}>{panel.title}</h2>;
  }
  if (panel.type === 'text') {
    return (
      <PanelChrome width={width} height={height} title={panel.title}>
        {() => <div dangerouslySetInnerHTML={{ __html: renderMarkdown(panel.options?.content ?? '') }} />}
      </PanelChrome>
    );
  }
  return <PanelCard {...properties} />;
}

/** The width of the page, which panels want as a number. */
function useWidth(): number {
  const [width, setWidth] = useState(document.documentElement.clientWidth - 32);
  const timer = useRef<number>(undefined);
  useEffect(() => {
    const follow = () => {
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => setWidth(document.documentElement.clientWidth - 32), 200);
    };
    window.addEventListener('resize', follow);
    return () => window.removeEventListener('resize', follow);
  }, []);
  return width;
}
