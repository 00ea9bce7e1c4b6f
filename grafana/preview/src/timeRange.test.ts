import { dateTime, dateTimeFormat, type TimeRange } from '@grafana/data';
import { describe, expect, test } from 'vitest';

import { HOUR, makeRange } from './fixtures';
import { addressOf, moveBack, moveForward, remember, timeOf, zoomOut } from './timeRange';

const STANDARD = { from: 'now-1h', to: 'now' };
const WINDOW = { from: 10 * HOUR, to: 12 * HOUR };

describe('the arrows of the time picker', () => {
  test('back goes half the length into the past', () => {
    expect(moveBack(WINDOW)).toEqual({ from: 9 * HOUR, to: 11 * HOUR });
  });

  test('forward goes half the length towards now', () => {
    expect(moveForward(WINDOW, 20 * HOUR)).toEqual({ from: 11 * HOUR, to: 13 * HOUR });
  });

  test('forward stops at now and keeps the beginning', () => {
    expect(moveForward(WINDOW, 12.5 * HOUR)).toEqual({ from: 10 * HOUR, to: 12.5 * HOUR });
  });

  test('forward goes on from a window that ends in the future', () => {
    expect(moveForward(WINDOW, 11 * HOUR)).toEqual({ from: 11 * HOUR, to: 13 * HOUR });
  });

  test('forward and back again is the same window', () => {
    expect(moveBack(moveForward(WINDOW, 20 * HOUR))).toEqual(WINDOW);
  });
});

describe('zooming out', () => {
  test('doubles the length around the same middle', () => {
    expect(zoomOut(WINDOW)).toEqual({ from: 9 * HOUR, to: 13 * HOUR });
  });

  test('gives a window without length half a minute', () => {
    expect(zoomOut({ from: HOUR, to: HOUR })).toEqual({ from: HOUR - 15_000, to: HOUR + 15_000 });
  });
});

test.each([
  ['back', moveBack],
  ['forward', (window: typeof WINDOW) => moveForward(window, 20 * HOUR)],
  ['zoom', zoomOut],
])('%s keeps whole milliseconds, which an address holds', (_, change) => {
  const { from, to } = change({ from: HOUR, to: HOUR + 1 });
  expect([from, to].every(Number.isInteger)).toBe(true);
});

describe('the time in an address', () => {
  const read = (search: string, board = {}) => timeOf(new URLSearchParams(search), { time: STANDARD, ...board });

  test('is read as epoch milliseconds, and shown as a date', () => {
    const { range } = read('from=1000&to=5000&timezone=utc');
    expect([range.from.valueOf(), range.to.valueOf()]).toEqual([1000, 5000]);
    expect(dateTimeFormat(range.raw.from, { timeZone: 'utc' })).toBe('1970-01-01 00:00:01');
  });

  test('is the board’s own where the address has none', () => {
    const { range } = read('');
    expect(range.raw).toEqual(STANDARD);
    expect(range.to.valueOf() - range.from.valueOf()).toBeCloseTo(HOUR, -2);
  });

  test('rounds whole days up at its end, in its zone', () => {
    const { range } = read('from=now/d&to=now/d&timezone=utc');
    expect(range.from.toISOString()).toMatch(/T00:00:00.000Z$/);
    expect(range.to.toISOString()).toMatch(/T23:59:59.999Z$/);
  });

  test('begins the fiscal year in the month of the address, else of the board', () => {
    const april = read('from=now/fy&to=now/fy&timezone=utc', { fiscalYearStartMonth: 3 });
    expect(april.range.from.toISOString()).toMatch(/-04-01T00:00:00.000Z$/);
    const july = read('from=now/fy&to=now/fy&timezone=utc&fiscalYearStartMonth=6', { fiscalYearStartMonth: 3 });
    expect(july.range.from.toISOString()).toMatch(/-07-01T00:00:00.000Z$/);
  });

  test.each([
    ['timezone=utc', 'browser', 'utc'],
    ['timezone=', 'utc', 'browser'],
    ['', 'utc', 'utc'],
    ['', undefined, 'browser'],
  ])('has in ?%s over a board in %s the zone %s', (search, timezone, zone) => {
    expect(read(search, { timezone }).timeZone).toBe(zone);
  });

  test('is written as it was chosen: relative as text, absolute as milliseconds', () => {
    expect(addressOf({ from: 'now-6h', to: 'now' })).toEqual({ from: 'now-6h', to: 'now' });
    expect(addressOf({ from: dateTime(1000), to: dateTime(5000) })).toEqual({ from: '1000', to: '5000' });
    expect(addressOf(read('from=1000&to=now').range.raw)).toEqual({ from: '1000', to: 'now' });
  });
});

describe('ranges that were chosen earlier', () => {
  const ranges = [1, 2, 3, 4, 5].map((hour) => makeRange(hour * HOUR));
  const begins = (remembered: TimeRange[]) => remembered.map(({ from }) => from.valueOf() / HOUR);

  test('are the newest four, newest first', () => {
    expect(begins(ranges.reduce(remember, []))).toEqual([5, 4, 3, 2]);
  });

  test('stand there once', () => {
    expect(begins(remember(ranges.slice(0, 3), makeRange(2 * HOUR)))).toEqual([2, 1, 3]);
  });

  test('are absolute', () => {
    const relative = timeOf(new URLSearchParams(), { time: STANDARD }).range;
    expect(remember([], relative)).toEqual([]);
  });
});
