// What several tests build on.

import { dateTime, type TimeRange } from '@grafana/data';
import { vi } from 'vitest';

import type { Board, BoardPanel } from './board';

export const HOUR = 3_600_000;
const BEGIN = 1_700_000_100_000;

/** One hour that begins at a whole minute but not at a whole hour. */
export function makeRange(from = BEGIN, to = from + HOUR): TimeRange {
  const ends = { from: dateTime(from), to: dateTime(to) };
  return { ...ends, raw: ends };
}

export function makePanel(changes: Partial<BoardPanel> = {}): BoardPanel {
  return { id: 1, type: 'table', title: 'Nodes', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...changes };
}

export function makeBoard(changes: Partial<Board> = {}): Board {
  return {
    uid: 'spcs-pool',
    title: 'SPCS / Pool',
    schemaVersion: 42,
    time: { from: 'now-1h', to: 'now' },
    panels: [],
    templating: { list: [] },
    ...changes,
  };
}

/** Answer every request with this body, and return the mock that holds the requests. */
export function answerWith(body: string, init: ResponseInit = {}) {
  const fetch = vi.fn<(url: string) => Promise<Response>>(() => Promise.resolve(new Response(body, init)));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

/** Answer every request as Prometheus does with this data. */
export function answerWithData(data: unknown) {
  return answerWith(JSON.stringify({ status: 'success', data }));
}

/** Return the parameters of a request that was made. */
export function parametersOf(fetch: ReturnType<typeof answerWith>, call = 0): URLSearchParams {
  return new URL(fetch.mock.calls[call]?.[0] ?? '', 'http://page').searchParams;
}
