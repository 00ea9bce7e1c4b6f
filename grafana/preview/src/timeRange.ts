// The time that the board shows.

import { dateMath, dateTime, dateTimeForTimeZone, type RawTimeRange, type TimeRange } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';

import type { Board } from './board';
import type { Window } from './prometheus';

// What a range without length grows by on both sides: half of nothing would leave it as it is.
const LEAST_MARGIN = 15_000;

export interface TimeSettings {
  range: TimeRange;
  timeZone: TimeZone;
  /** Counted from 0. */
  fiscalYearStartMonth: number;
}

/** Return the time in an address, and what the board has of it where the address has nothing. */
export function timeOf(
  search: URLSearchParams,
  board: Pick<Board, 'time' | 'timezone' | 'fiscalYearStartMonth'>,
): TimeSettings {
  // Grafana writes an empty zone where it means the browser's.
  const timezone = search.get('timezone') ?? board.timezone ?? '';
  const timeZone = timezone === '' ? 'browser' : timezone;
  const fiscalYearStartMonth = Number(search.get('fiscalYearStartMonth') ?? board.fiscalYearStartMonth ?? 0);
  const read = (text: string, roundUp: boolean) => {
    if (/^\d+$/.test(text)) {
      const time = dateTimeForTimeZone(timeZone, Number(text));
      return { time, raw: time };
    }
    const time = dateMath.toDateTime(text, { roundUp, timezone: timeZone, fiscalYearStartMonth });
    return { time: time ?? dateTime(), raw: text };
  };
  const from = read(search.get('from') ?? board.time.from, false);
  const to = read(search.get('to') ?? board.time.to, true);
  const range = { from: from.time, to: to.time, raw: { from: from.raw, to: to.raw } };
  return { range, timeZone, fiscalYearStartMonth };
}

/** Return the two ends of a range as an address has them. */
export function addressOf({ from, to }: RawTimeRange): { from: string; to: string } {
  const text = (end: RawTimeRange['from']) => (typeof end === 'string' ? end : String(end.valueOf()));
  return { from: text(from), to: text(to) };
}

const REMEMBERED = 4;

/** Return the newest absolute ranges first, with the one that was chosen. Relative ones have their own list. */
export function remember(earlier: TimeRange[], chosen: TimeRange): TimeRange[] {
  if (typeof chosen.raw.from === 'string' || typeof chosen.raw.to === 'string') {
    return earlier;
  }
  const others = earlier.filter(({ from, to }) => !from.isSame(chosen.from) || !to.isSame(chosen.to));
  return [chosen, ...others].slice(0, REMEMBERED);
}

// Addresses hold whole milliseconds only.
const halfOf = ({ from, to }: Window) => Math.round((to - from) / 2);

/** Return the window half its length earlier. */
export function moveBack(window: Window): Window {
  const half = halfOf(window);
  return { from: window.from - half, to: window.to - half };
}

/** Return the window half its length later; one that ends before now ends at now at most, and keeps its beginning. */
export function moveForward(window: Window, now: number): Window {
  const half = halfOf(window);
  if (window.to < now && window.to + half > now) {
    return { from: window.from, to: now };
  }
  return { from: window.from + half, to: window.to + half };
}

/** Return the window of twice the length around the same middle. */
export function zoomOut(window: Window): Window {
  const margin = window.to === window.from ? LEAST_MARGIN : halfOf(window);
  return { from: window.from - margin, to: window.to + margin };
}
