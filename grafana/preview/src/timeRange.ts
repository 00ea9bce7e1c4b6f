// The time that the board shows.

import { dateMath, dateTime, type RawTimeRange, type TimeRange } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';

import type { Window } from './prometheus';

// What a range without length grows by on both sides: half of nothing would leave it as it is.
const LEAST_MARGIN = 15_000;

/** Return the range in an address, now-1h or epoch milliseconds, else the one given. */
export function rangeOf(search: URLSearchParams, standard: { from: string; to: string }, zone: TimeZone): TimeRange {
  const raw = { from: search.get('from') ?? standard.from, to: search.get('to') ?? standard.to };
  const at = (text: string, roundUp: boolean) =>
    /^\d+$/.test(text)
      ? dateTime(Number(text))
      : (dateMath.toDateTime(text, { roundUp, timezone: zone }) ?? dateTime());
  return { from: at(raw.from, false), to: at(raw.to, true), raw };
}

/** Return the time zone in an address, else the one given; Grafana writes an empty one where it means the browser's. */
export function zoneOf(search: URLSearchParams, standard = ''): TimeZone {
  const zone = search.get('timezone') ?? standard;
  return zone === '' ? 'browser' : zone;
}

/** Return the two ends of a range as an address has them. */
export function addressOf({ from, to }: RawTimeRange): { from: string; to: string } {
  const text = (end: RawTimeRange['from']) => (typeof end === 'string' ? end : String(end.valueOf()));
  return { from: text(from), to: text(to) };
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
